import type { Log } from './log.ts';
import { startLoop, type Loop } from './loop.ts';
import type { Database } from './mysql/connect.ts';
import { sessionSeconds } from './session.ts';

/** Milliseconds between two looks: a banned user is out within a second, on every tier that has sessions. */
const pollMs = 400;

export type BannedUsers = {
  has: (userId: number) => boolean;
  /** Whether the list has been read at least once. */
  loaded: () => boolean;
  /** Resolves after a fresh look; for whoever just banned somebody. */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * The banned users whose sessions may still be valid, kept in memory, so that no request waits for it. The whole
 * (short) list is read each time: reading only what is new would miss transactions that commit out of order.
 * While MySQL is away the last list stays in force.
 */
export function watchBannedUsers(db: Database, log: Log): BannedUsers {
  let banned = new Set<number>();
  let loaded = false;
  const refresh = async () => {
    // Sessions live for sessionSeconds, and no new one is given to a banned user; a day covers any clock error.
    const since = new Date(Date.now() - 2 * sessionSeconds * 1000);
    const rows: { id: number }[] = await db('users').where('banned_at', '>', since).select('id');
    banned = new Set(rows.map((row) => row.id));
    loaded = true;
  };
  const loop: Loop = startLoop('banned users', pollMs, log, refresh);
  return { has: (userId) => banned.has(userId), loaded: () => loaded, refresh, stop: loop.stop };
}
