/** The sessions that were ended one by one, and those that stayed when all others of their user ended. */
import type { Database } from '../mysql/connect.ts';
import { sessionSeconds } from './session.ts';

/** Longer than MySQL lets a statement wait for a lock: an end that commits that late is still read. */
const overlapSeconds = 60;
/** How long an ended session is remembered: until its token has expired, by any clock. */
const rememberedMs = (sessionSeconds + 3600) * 1000;
const forgetEveryMs = 60_000;

export type KeptSession = { signInId: string; keptAt: Date };

export type EndedSessions = {
  isEnded: (signInId: string) => boolean;
  addEnded: (signInId: string) => void;
  /** Reads what ended since the last call. Returns the kept sessions, by user. */
  refresh: () => Promise<Map<number, KeptSession[]>>;
};

const recentChanges = `
  select sid, user_id, null as kept_at from sessions where ended_at > now(3) - interval ? second
  union all
  select sid, user_id, kept_at from sessions where kept_at > now(3) - interval ? second and ended_at is null`;

type Row = { sid: string; user_id: number; kept_at: Date | null };

/**
 * Remembers in memory which sessions were ended. Ends are only ever added, so each refresh reads the latest ones, and
 * the first one reads all. Their number is bounded: each is of a sign-in, which costs a password hash, and is forgotten
 * with its token.
 */
export function readEndedSessions(db: Database): EndedSessions {
  /** With the time on the monotonic clock at which each is forgotten, the earliest first. */
  const ended = new Map<string, number>();
  let readAt: number | undefined;
  let forgetAt = 0;

  const addEnded = (signInId: string) => {
    if (!ended.has(signInId)) ended.set(signInId, performance.now() + rememberedMs);
  };

  const forget = (now: number) => {
    if (now < forgetAt) return;
    forgetAt = now + forgetEveryMs;
    for (const [signInId, until] of ended) {
      if (until > now) break;
      ended.delete(signInId);
    }
  };

  return {
    isEnded: (signInId) => ended.has(signInId),
    addEnded,
    async refresh() {
      const now = performance.now();
      const seconds =
        readAt === undefined ? rememberedMs / 1000 : Math.ceil((now - readAt) / 1000) + overlapSeconds;
      const [rows] = (await db.raw(recentChanges, [seconds, 2 * sessionSeconds])) as [Row[]];
      const kept = new Map<number, KeptSession[]>();
      for (const { sid: signInId, user_id, kept_at: keptAt } of rows) {
        if (keptAt === null) addEnded(signInId);
        else kept.set(user_id, [...(kept.get(user_id) ?? []), { signInId, keptAt }]);
      }
      readAt = now;
      forget(now);
      return kept;
    },
  };
}
