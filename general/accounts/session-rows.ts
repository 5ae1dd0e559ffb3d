/**
 * Sessions as rows (docs/decisions/046). A token is valid without a row: the row lets its user see the session and end
 * it. The row is written before the token is handed out, so a crash in between leaves a row that nobody has.
 */
import type { Request } from 'express';
import type { VerifiedSession } from '../../shared/auth/session.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import { retried, type Database } from '../../shared/mysql/connect.ts';
import { deviceWords, type DeviceWords } from './device-words.ts';

export type NamedSession = Pick<VerifiedSession, 'userId' | 'issuedAt'> & { signInId: string };

export type SessionRow = DeviceWords & {
  sid: string;
  user_id: number;
  made_at: Date;
  seen_at: Date;
  address: string;
  ended_at: Date | null;
  kept_at: Date | null;
};

/** Where a request came from, as it is stored. */
export type Origin = { userAgent: string | undefined; address: string };

export function originOf(req: Request): Origin {
  return { userAgent: req.get('user-agent'), address: clientAt(req.ip) };
}

export function toRow({ signInId, userId, issuedAt }: NamedSession, { userAgent, address }: Origin) {
  const made_at = new Date(issuedAt * 1000);
  return { sid: signInId, user_id: userId, made_at, ...deviceWords(userAgent), address };
}

/**
 * Adds the rows that are missing, and notes that all of these sessions were seen: at most once an hour each, by
 * whatever number of processes.
 */
export async function saveSessions(db: Database, rows: readonly ReturnType<typeof toRow>[]): Promise<void> {
  const seen = db.raw('if(seen_at < now(3) - interval 1 hour, now(3), seen_at)');
  await retried(db, () =>
    db('sessions')
      .insert(rows.map((row) => ({ ...row, seen_at: db.fn.now(3) })))
      .onConflict('sid')
      .merge({ seen_at: seen }),
  );
}

/** Exempts this session from the end of all sessions of its user, which the same transaction has just written. */
export async function exemptSession(
  trx: Database,
  { userId, signInId, issuedAt }: VerifiedSession,
  origin: Origin,
): Promise<void> {
  if (signInId === undefined) return;
  await saveSessions(trx, [toRow({ userId, signInId, issuedAt }, origin)]);
  const since = trx('users').where({ id: userId }).select('sessions_since');
  await trx('sessions').where({ sid: signInId }).update({ kept_at: since });
}

/** Ends this session, whether or not it has a row. */
export async function endOwnSession(db: Database, session: NamedSession, origin: Origin): Promise<void> {
  const now = db.fn.now(3);
  await retried(db, () =>
    db('sessions')
      .insert({ ...toRow(session, origin), seen_at: now, ended_at: now })
      .onConflict('sid')
      .merge({ ended_at: db.raw('coalesce(ended_at, now(3))') }),
  );
}

/** Ends a session of this user. Returns false if they have none of this id. */
export async function endSessionRow(db: Database, userId: number, signInId: string): Promise<boolean> {
  const own = () => db<SessionRow>('sessions').where({ sid: signInId, user_id: userId });
  const ended = await retried(db, () =>
    own()
      .whereNull('ended_at')
      .update({ ended_at: db.fn.now(3) }),
  );
  // Again, after an answer that was lost.
  return ended > 0 || (await own().first('sid')) !== undefined;
}
