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
 * their changes follow until `drop:unwatch`. A socket that has not taken yet what it was sent gets no seats: maps are
 * large, and would wait in our memory.
 */
export function createWatchDrop(deps: WatchDropDeps) {
  const { watchedDrops, findDrop, readEntry, metrics, log } = deps;

  /** What to answer, made when it is sent: from there on the changes of seats go on. */
  const watch = async (socket: RealtimeSocket, payload: unknown): Promise<() => WatchAnswer> => {
    const parsed = watchRequest.safeParse(payload);
    if (!parsed.success) return refuse('invalid_request');
    const { dropId, seats } = parsed.data;
    const { session } = socket.data;
    if (!watches(socket, dropId) && watchedBy(socket) >= mostDrops) return refuse('too_many_requests');

    const drop = await findDrop(dropId);
    if (!drop) return refuse('not_found');
    // One that has disconnected meanwhile has left its rooms already.
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
    const since = performance.now();
    let answer: WatchAnswer;
    try {
      answer = (await watch(socket, payload))();
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

/** How many drops a socket watches. */
function watchedBy({ rooms }: RealtimeSocket): number {
  return [...rooms].filter((room) => dropOfRoom(room) !== undefined).length;
}
