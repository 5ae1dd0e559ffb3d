import { z } from 'zod';
import { id } from '../shared/contract/ids.ts';
import type { Log } from '../shared/log.ts';
import type { UnwatchAnswer, WatchAnswer } from '../shared/realtime-events.ts';
import type { ReadEntry } from './buyer-entry.ts';
import type { Client } from './client.ts';
import type { FindDrop } from './known-drops.ts';
import type { RealtimeMetrics } from './metrics.ts';
import type { WatchedDrops } from './watched-drops.ts';

const watchRequest = z.strictObject({ dropId: id, seats: z.boolean().optional() });
const unwatchRequest = z.strictObject({ dropId: id });

/** Drops one socket may watch at a time. */
const mostDrops = 10;

export type WatchDropDeps = {
  watchedDrops: WatchedDrops;
  findDrop: FindDrop;
  readEntry: ReadEntry;
  metrics: Pick<RealtimeMetrics, 'watched'>;
  log: Log;
};

/**
 * `drop:watch`: from here on the socket gets the drop's events. The answer is how things stand, read after that, so
 * that nothing falls in between; it may already be told once more by an event. With `seats` it has the seats, and
 * their changes follow until `drop:unwatch`.
 */
export function createWatchDrop(deps: WatchDropDeps) {
  const { watchedDrops, findDrop, readEntry, metrics, log } = deps;

  /** What to answer, made when it is sent: from there on the changes of seats go on. */
  const watch = async (client: Client, payload: unknown): Promise<() => WatchAnswer> => {
    const parsed = watchRequest.safeParse(payload);
    if (!parsed.success) return refuse('invalid_request');
    const { dropId, seats } = parsed.data;
    const { session } = client;
    if (client.watchedDrops.length >= mostDrops && !client.watchedDrops.includes(dropId))
      return refuse('too_many_requests');

    const drop = await findDrop(dropId);
    if (!drop) return refuse('not_found');
    // Whoever went away meanwhile has been taken off the lists already.
    if (!client.isOpen) return refuse('unavailable');
    try {
      const watched = await watchedDrops.join(client, drop);
      const [state, entry] = await Promise.all([
        watched.state(),
        session ? readEntry(drop, session.userId) : { status: 'none' as const, version: 0 },
        seats === true ? watched.seats.open() : undefined,
      ]);
      return () => {
        const rows =
          seats === true && client.watchedDrops.includes(dropId) ? watched.seats.join(client) : undefined;
        return { ok: true, drop: state, entry, ...(rows && { seats: rows }) };
      };
    } catch (error) {
      watchedDrops.leave(client, dropId);
      throw error;
    }
  };

  return async (client: Client, payload: unknown, reply: (answer: WatchAnswer) => void): Promise<void> => {
    const since = performance.now();
    let answer: WatchAnswer;
    try {
      answer = (await watch(client, payload))();
    } catch (error) {
      // /readyz says so too; a line for each of many sockets would not help.
      log.debug({ err: error }, 'a drop could not be watched');
      answer = { ok: false, code: 'unavailable' };
    }
    metrics.watched(answer.ok ? 'ok' : answer.code, (performance.now() - since) / 1000);
    reply(answer);
  };
}

function refuse(code: (WatchAnswer & { ok: false })['code']): () => WatchAnswer {
  return () => ({ ok: false, code });
}

/** `drop:unwatch`: nothing more of the drop for this socket. */
export function unwatchDrop(client: Client, payload: unknown, watchedDrops: WatchedDrops): UnwatchAnswer {
  const parsed = unwatchRequest.safeParse(payload);
  if (!parsed.success) return { ok: false, code: 'invalid_request' };
  if (client.watchedDrops.includes(parsed.data.dropId)) watchedDrops.leave(client, parsed.data.dropId);
  return { ok: true };
}
