import type { Log } from '../tier/log.ts';
import { startLoop, type Loop } from '../tier/loop.ts';
import type { Database } from '../mysql/connect.ts';
import { sessionSeconds, type VerifiedSession } from './session.ts';

/** Milliseconds between two polls. A banned user is refused within a second, on every tier that has sessions. */
const pollMs = 400;
/** Milliseconds between two reads of the bans that are older than any session. */
const olderPollMs = 60_000;

export type BannedUsers = {
  has: (userId: number) => boolean;
  /**
   * Why a session with a valid signature is not accepted; undefined if it is. A session of scope `tickets` passes: each
   * caller decides whether it serves those.
   */
  refusal: (
    session: Pick<VerifiedSession, 'userId' | 'scope' | 'issuedAt'>,
  ) => 'banned' | 'not_signed_in' | undefined;
  /** Whether the list has been read at least once. */
  loaded: () => boolean;
  /** Reads the list now; for the process that has just changed a ban. */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

export type BanTimes = {
  banned_at: Date | null;
  /** When the user was last banned, or a ban was lifted. */
  sessions_since: Date | null;
};

/**
 * The earliest `issuedAt` of a valid session, in seconds since 1970: a ban and its lifting both end all earlier
 * sessions. 0 if the user was never banned. It is up to two seconds after the ban, so that a session from just before
 * the ban ends too if the clock of the process that issued it is ahead of MySQL's. Sign-in issues no session earlier
 * than this.
 */
export function firstValidIssue({ banned_at, sessions_since }: BanTimes): number {
  // The previous version writes only `banned_at`.
  const time = Math.max(banned_at?.getTime() ?? 0, sessions_since?.getTime() ?? 0);
  return time === 0 ? 0 : Math.floor(time / 1000) + 2;
}

/**
 * Keeps the banned users in memory, so that no request waits for MySQL. Each poll reads all recent changes: reading
 * only new ones would miss transactions that commit out of order. Older bans, from before any session that is still
 * valid, are read less often. While MySQL is away, the last list stays in force.
 */
export function watchBannedUsers(db: Database, log: Log): BannedUsers {
  let recent = new Map<number, { banned: boolean; firstIssue: number }>();
  let older = new Set<number>();
  let olderDueAt = 0;
  let loaded = false;
  const refresh = async () => {
    // A session lives for sessionSeconds; twice that covers any clock error.
    const since = new Date(Date.now() - 2 * sessionSeconds * 1000);
    const now = performance.now();
    if (now >= olderDueAt) {
      const bans: { id: number }[] = await db('users').where('banned_at', '<=', since).select('id');
      older = new Set(bans.map(({ id }) => id));
      olderDueAt = now + olderPollMs;
    }
    const rows: ({ id: number } & BanTimes)[] = await db('users')
      .where('banned_at', '>', since)
      .orWhere('sessions_since', '>', since)
      .select('id', 'banned_at', 'sessions_since');
    recent = new Map(
      rows.map((row) => [row.id, { banned: row.banned_at !== null, firstIssue: firstValidIssue(row) }]),
    );
    loaded = true;
  };
  const has = (userId: number) => recent.get(userId)?.banned ?? older.has(userId);
  const loop: Loop = startLoop('banned users', pollMs, log, refresh);
  return {
    has,
    refusal({ userId, scope, issuedAt }) {
      if (has(userId) && scope !== 'tickets') return 'banned';
      return issuedAt < (recent.get(userId)?.firstIssue ?? 0) ? 'not_signed_in' : undefined;
    },
    loaded: () => loaded,
    refresh,
    stop: loop.stop,
  };
}
