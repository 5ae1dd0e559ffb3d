import { z } from 'zod';
import { id } from '../shared/contract/ids.ts';
import type { Log } from '../shared/tier/log.ts';
import type { UnwatchAnswer, WatchAnswer } from '../shared/messages/realtime-events.ts';
import type { ReadEntry } from './catch-up.ts';
import type { FindDrop } from './known-drops.ts';
import type { RealtimeMetrics } from './metrics.ts';
import { dropOfRoom, dropRoom, keepsUp, type RealtimeSocket } from './sockets.ts';
import type { WatchedDrops } from './watched-drops.ts';

const watchRequest = z.strictObject({ dropId: id, seats: z.boolean().optional() });
const unwatchRequest = z.strictObject({ dropId: id });

/** Drops one socket may watch at a time. */
const maxDropsPerSocket = 10;

export type WatchDropDeps = {
  watchedDrops: WatchedDrops;
  findDrop: FindDrop;
  readEntry: ReadEntry;
  metrics: Pick<RealtimeMetrics, 'watched'>;
  log: Log;
};

/**
 * `drop:watch`: subscribes the socket to the drop's events. The answer is the present state, read after the
 * subscription began, so that nothing is missed; an event may repeat it. With `seats` the answer has the seat map, and
 * its changes follow until `drop:unwatch`. A socket that does not keep up gets no seat map: maps are large and would
 * wait in our memory.
 */
export function createWatchDrop(deps: WatchDropDeps) {
  const { watchedDrops, findDrop, readEntry, metrics, log } = deps;

  /**
   * Returns a function that makes the answer. It is called just before sending: seat changes start from that moment.
   */
  const watch = async (socket: RealtimeSocket, payload: unknown): Promise<() => WatchAnswer> => {
    const parsed = watchRequest.safeParse(payload);
    if (!parsed.success) return refuse('invalid_request');
    const { dropId, seats } = parsed.data;
    const { session } = socket.data;
    if (!watches(socket, dropId) && countWatchedDrops(socket) >= maxDropsPerSocket)
      return refuse('too_many_requests');

    const drop = await findDrop(dropId);
    if (!drop) return refuse('not_found');
    // A socket that has disconnected meanwhile has left its rooms already and would not leave this one.
    if (!socket.connected) return refuse('unavailable');
    try {
      const watched = await watchedDrops.join(socket, drop);
      const [state, entry] = await Promise.all([
        watched.state(),
        session ? readEntry(drop, session.userId) : { status: 'none' as const, version: 0 },
        seats === true ? watched.seats.open() : undefined,
      ]);
      return () => {
        const takesSeats = seats === true && watches(socket, dropId) && keepsUp(socket);
        const rows = takesSeats ? watched.seats.join(socket) : undefined;
        return { ok: true, drop: state, entry, ...(rows && { seats: rows }) };
      };
    } catch (error) {
      watchedDrops.leave(socket, dropId);
      throw error;
    }
  };

  return async (
    socket: RealtimeSocket,
    payload: unknown,
    reply: (answer: WatchAnswer) => void,
  ): Promise<void> => {
    const startedAt = performance.now();
    let answer: WatchAnswer;
    try {
      answer = (await watch(socket, payload))();
    } catch (error) {
      // Only at debug level: /readyz reports the cause too, and a line for each of many sockets would not help.
      log.debug({ err: error }, 'could not watch a drop');
      answer = { ok: false, code: 'unavailable' };
    }
    metrics.watched(answer.ok ? 'ok' : answer.code, (performance.now() - startedAt) / 1000);
    reply(answer);
  };
}

function refuse(code: (WatchAnswer & { ok: false })['code']): () => WatchAnswer {
  return () => ({ ok: false, code });
}

/** `drop:unwatch`: the socket gets no further events of the drop. */
export function unwatchDrop(
  socket: RealtimeSocket,
  payload: unknown,
  watchedDrops: WatchedDrops,
): UnwatchAnswer {
  const parsed = unwatchRequest.safeParse(payload);
  if (!parsed.success) return { ok: false, code: 'invalid_request' };
  watchedDrops.leave(socket, parsed.data.dropId);
  return { ok: true };
}

const watches = (socket: RealtimeSocket, dropId: number): boolean => socket.rooms.has(dropRoom(dropId));

function countWatchedDrops({ rooms }: RealtimeSocket): number {
  return [...rooms].filter((room) => dropOfRoom(room) !== undefined).length;
}
