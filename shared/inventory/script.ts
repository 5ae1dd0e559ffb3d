import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from 'ioredis';
import type { Ask } from '../redis/replicated.ts';
import { keyCount, type Keys, type Place } from './keys.ts';

/** A script's reply: the name of the outcome, and its values. */
export type Reply = [outcome: string, ...rest: (string | number)[]];

/** How a call is sent to the node that has the partition. */
export type Send = <T>(place: Place, ask: Ask<T>) => Promise<T>;

export type Script = (place: Place, ...args: (string | number | Buffer)[]) => Promise<Reply>;

const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');

/** The source that runs for `NAME.lua`: the shared prelude, then the script itself. */
export function scriptSource(name: string): string {
  return `${read('prelude.lua')}\n${read(`${name}.lua`)}`;
}

/**
 * Makes `NAME.lua` callable. The client sends it as EVALSHA and loads it on a node that does not know it. A call can
 * run twice (if the answer is lost with the connection, the client repeats it), so every script is written to be
 * repeated. `moreKeys`: as many additional keys, after those that every script gets.
 */
export function defineScript(
  redis: Cluster,
  keys: Keys,
  name: string,
  send: Send,
  moreKeys?: (place: Place) => string[],
): Script {
  const command = `seatdrop:${name}`;
  redis.defineCommand(command, {
    numberOfKeys: moreKeys ? 2 * keyCount : keyCount,
    lua: scriptSource(name),
  });
  return (place, ...args) =>
    send(place, (on) => {
      const call = (on as unknown as Record<string, (...args: unknown[]) => Promise<Reply>>)[command];
      if (!call) throw new Error(`${name} was not defined`);
      return call.call(on, ...keys.all(place), ...(moreKeys?.(place) ?? []), ...args);
    });
}

/** Redis returned something that the scripts never write: a defect in our code, so a retry does not help. */
export class UnexpectedReply extends Error {
  override name = 'UnexpectedReply';
}

/** For the default branch of a twin: a reply that its script never gives. */
export function unexpected(script: string, reply: Reply): UnexpectedReply {
  return new UnexpectedReply(`${script}.lua gave an unexpected reply: ${JSON.stringify(reply)}`);
}
