/**
 * Notes when sessions were last used. A request only adds to a list in memory; a loop writes it, so that nobody waits for
 * it. The loop also removes the rows of expired sessions.
 */
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { sessionSeconds, type VerifiedSession } from '../../shared/auth/session.ts';
import { retried, type Database } from '../../shared/mysql/connect.ts';
import type { Log } from '../../shared/tier/log.ts';
import { startLoop } from '../../shared/tier/loop.ts';
import { originOf, saveSessions, toRow, type NamedSession, type Origin } from './session-rows.ts';

const noteEveryMs = 60 * 60_000;
const writeEveryMs = 5_000;
/** Rows written or removed at a time. */
const batchSize = 500;
/** Sessions that wait to be written. Others are noted by a later request. */
const maxWaiting = 5_000;

export type SessionNotes = {
  /** Costs a lookup in memory, and no time of MySQL. */
  note: (session: VerifiedSession, req: Request) => void;
  /** Writes what waits now; for tests. */
  write: () => Promise<void>;
  stop: () => Promise<void>;
};

export function startNotingSessions(db: Database, log: Log): SessionNotes {
  const noted = new LRUCache<string, true>({ max: 100_000, ttl: noteEveryMs });
  const waiting = new Map<string, { session: NamedSession; origin: Origin }>();

  const write = async () => {
    const batch = [...waiting.values()].slice(0, batchSize);
    if (batch.length > 0) {
      // In one order, so that processes do not wait for each other in a circle.
      const rows = batch.map(({ session, origin }) => toRow(session, origin));
      // An account may have been deleted since, and its sessions with it.
      const left = new Set(await usersLeft(db, rows));
      const theirs = rows.filter(({ user_id }) => left.has(user_id));
      if (theirs.length > 0)
        await saveSessions(
          db,
          theirs.toSorted((one, other) => (one.sid < other.sid ? -1 : 1)),
        );
      for (const { session } of batch) waiting.delete(session.signInId);
    }
    await removeExpired(db);
  };
  const loop = startLoop('noting sessions', writeEveryMs, log, write);

  return {
    note({ signInId, userId, issuedAt }, req) {
      if (signInId === undefined || noted.has(signInId) || waiting.size >= maxWaiting) return;
      noted.set(signInId, true);
      waiting.set(signInId, { session: { signInId, userId, issuedAt }, origin: originOf(req) });
    },
    write,
    stop: loop.stop,
  };
}

function usersLeft(db: Database, rows: readonly { user_id: number }[]): PromiseLike<number[]> {
  const ids = rows.map(({ user_id }) => user_id);
  return db('users').whereIn('id', ids).whereNull('deleted_at').pluck('id');
}

/** An hour after their tokens have expired, by the clock of MySQL. */
async function removeExpired(db: Database): Promise<void> {
  await retried(db, () =>
    db('sessions')
      .whereRaw('made_at < now() - interval ? second', [sessionSeconds + 3600])
      .limit(batchSize)
      .delete(),
  );
}
