import type { Log } from '../tier/log.ts';
import { startLoop, type Loop } from '../tier/loop.ts';
import type { Database } from '../mysql/connect.ts';
import { readEndedSessions } from './ended-sessions.ts';
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
    session: Pick<VerifiedSession, 'userId' | 'scope' | 'issuedAt' | 'signInId'>,
  ) => 'banned' | 'not_signed_in' | undefined;
  /** Whether the list has been read at least once. */
  loaded: () => boolean;
  /** Reads the list now; for the process that has just changed a ban. */
  refresh: () => Promise<void>;
  /** For the process that has just ended this session alone: refuses it from now on, without reading the list. */
  addEnded: (signInId: string) => void;
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
export function firstValidIssue(times: BanTimes): number {
  const time = allEndedAt(times);
  return time === 0 ? 0 : Math.floor(time / 1000) + 2;
}

/** Whether the last end of all sessions of a user did not concern this one: its user ended all others from it. */
export function isKept(keptAt: Date | null, times: BanTimes): boolean {
  return keptAt !== null && keptAt.getTime() >= allEndedAt(times);
}

/** Milliseconds since 1970; 0 for never. A process of an old version may have written only `banned_at`. */
function allEndedAt({ banned_at, sessions_since }: BanTimes): number {
  return Math.max(banned_at?.getTime() ?? 0, sessions_since?.getTime() ?? 0);
}

type Change = {
  banned: boolean;
  firstIssue: number;
  /** The id of the session that stays although it was issued before `firstIssue`. */
  kept: string | undefined;
};

/**
 * Keeps the banned users and the ended sessions in memory, so that no request waits for MySQL. Each poll reads all recent changes: reading
 * only new ones would miss transactions that commit out of order. Older bans, from before any session that is still
 * valid, are read less often. While MySQL is away, the last list stays in force.
 */
export function watchBannedUsers(db: Database, log: Log): BannedUsers {
  const sessions = readEndedSessions(db);
  let recent = new Map<number, Change>();
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
    // Read after `sessions_since`, which is written together with `kept_at`: no session that is kept is refused.
    const kept = await sessions.refresh();
    recent = new Map(
      rows.map((row) => {
        const session = kept.get(row.id)?.find(({ keptAt }) => isKept(keptAt, row));
        const banned = row.banned_at !== null;
        return [row.id, { banned, firstIssue: firstValidIssue(row), kept: session?.signInId }];
      }),
    );
    loaded = true;
  };
  const has = (userId: number) => recent.get(userId)?.banned ?? older.has(userId);
  const loop: Loop = startLoop('banned users', pollMs, log, refresh);
  return {
    has,
    refusal({ userId, scope, issuedAt, signInId }) {
      if (has(userId) && scope !== 'tickets') return 'banned';
      if (signInId !== undefined && sessions.isEnded(signInId)) return 'not_signed_in';
      const change = recent.get(userId);
      if (!change || issuedAt >= change.firstIssue) return undefined;
      return signInId !== undefined && signInId === change.kept ? undefined : 'not_signed_in';
    },
    loaded: () => loaded,
    refresh,
    addEnded: sessions.addEnded,
    stop: loop.stop,
  };
}
