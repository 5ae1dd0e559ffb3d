import type { Cluster } from 'ioredis';
import { Replicated } from '../redis/replicated.ts';
import type { Log } from '../tier/log.ts';
import { Keys } from './keys.ts';
import { defineScript, type Script, type Send } from './script.ts';

export type InventoryOptions = {
  redis: Cluster;
  namespace: string;
  /** How many replicas must have a change before it is answered; as many as each master has. 0: none. */
  replicaAcks?: number;
  /** How long to wait for them, milliseconds. */
  patienceMs?: number;
  /** When aborted, stop waiting almost at once. */
  hurry?: AbortSignal;
  log?: Log;
};

/** What every twin of a script works with. */
export type Store = {
  redis: Cluster;
  keys: Keys;
  /** Resolves once enough replicas have what was written. */
  lasting: Send;
  /** Resolves without waiting for replicas. */
  atOnce: Send;
  /** Makes `NAME.lua` callable; waits for replicas unless `send` is `atOnce`. */
  script: (name: string, send?: Send) => Script;
  /** Writes a key that belongs to no partition; waits for replicas. */
  askLasting: Replicated['ask'];
  /** Marks a drop that was over and whose ledger got another record, which has to be archived. */
  noteLate: (dropId: number) => Promise<void>;
};

export function createStore({
  redis,
  namespace,
  replicaAcks = 0,
  patienceMs = 5_000,
  ...options
}: InventoryOptions): Store {
  const keys = new Keys(namespace);
  const replicated = new Replicated({ redis, acks: replicaAcks, patienceMs, ...options });
  const lasting: Send = (place, ask) => replicated.ask(keys.key(place, 'meta'), ask);
  return {
    redis,
    keys,
    lasting,
    atOnce: (_place, ask) => ask(redis),
    script: (name, send = lasting) => defineScript(redis, keys, name, send),
    askLasting: (key, ask) => replicated.ask(key, ask),
    noteLate: async (dropId) => {
      await replicated.ask(keys.late, (on) => on.eval(markLate, 1, keys.late, dropId));
    },
  };
}

/** The mark rises with the clock of Redis, so comparing it with one read earlier shows whether records are newer. */
const markLate = `local t = redis.call('TIME')
  redis.call('ZADD', KEYS[1], 'GT', string.format('%d', t[1] * 1000000 + t[2]), ARGV[1])`;
