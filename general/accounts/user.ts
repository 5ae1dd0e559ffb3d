import type { BanTimes } from '../../shared/auth/banned-users.ts';
import type { Role } from '../../shared/auth/session.ts';
import type { Act } from '../../shared/contract/audit.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor, type RecordedFields } from '../audit/record-act.ts';
import type { Locale } from './locale.ts';

type User = { id: number; email: string; name: string; role: Role };

export type UserRow = User &
  BanTimes & {
    password_hash: string;
    created_at: Date;
    /** Language of mails to this user; null if unknown. */
    locale: Locale | null;
    /** 1 if the user chose it; otherwise it follows the browser at each sign-in. */
    locale_is_chosen: 0 | 1;
    ban_reason: string | null;
    /** Null if the e-mail address is confirmed. */
    unconfirmed_since: Date | null;
    /** The account was deleted: nobody can sign in to it, and only what has to be kept refers to it. */
    deleted_at: Date | null;
  };

/** Not those who deleted their accounts. */
export async function findUser(
  db: Database,
  by: { id: number } | { email: string },
): Promise<UserRow | undefined> {
  const found = await db<UserRow>('users').where(by).whereNull('deleted_at').first();
  // MySQL's collation treats jörg@ and jorg@ as equal, but they are two mailboxes.
  return 'email' in by && found?.email.toLowerCase() !== by.email ? undefined : found;
}

/**
 * Reads a user whom an admin changes, and locks the row, so that the record of the change names what was there.
 * @throws {Problem} not_found
 */
export async function lockUser(trx: Database, id: number): Promise<UserRow> {
  const user = await trx<UserRow>('users').where({ id }).whereNull('deleted_at').forUpdate().first();
  if (!user) throw new Problem('not_found');
  return user;
}

/**
 * Changes a user as an admin asks, and records it in the same transaction. `recorded`: what the audit log says of the user
 * before and after. If `change` returns false nothing is recorded.
 * @throws {Problem} not_found
 */
export function changeUser(
  db: Database,
  id: number,
  actor: Actor,
  act: Act,
  recorded: (user: UserRow) => RecordedFields,
  change: (trx: Database, before: UserRow) => Promise<unknown>,
): Promise<UserRow> {
  return transact(db, async (trx) => {
    const before = await lockUser(trx, id);
    if ((await change(trx, before)) === false) return before;
    const after = await lockUser(trx, id);
    const subject = { kind: 'user', id } as const;
    await recordAct(trx, actor, { act, subject, before: recorded(before), after: recorded(after) });
    return after;
  });
}

/** What the audit log says of a ban. */
export function banOf({ banned_at, ban_reason }: UserRow) {
  return { bannedAt: banned_at, reason: banned_at && ban_reason };
}

/**
 * Value for `sessions_since` that ends all sessions of a user: later than any existing `issuedAt`, including the
 * seconds by which `firstValidIssue` is ahead. Set it before `banned_at`, because MySQL assigns from left to right.
 */
export function endOfSessions(db: Database) {
  const after = (column: string) => `coalesce(${column} + interval 2 second, now(3))`;
  return db.raw(`greatest(now(3), ${after('sessions_since')}, ${after('banned_at')})`);
}

/** Seconds by which `sessions_since`, and so the times of new sessions, may be ahead. */
const maxAheadSeconds = 10;

/**
 * Ends all sessions of a user, who asked for it. Each time the next sessions are issued up to two seconds later than
 * they are, so a user who repeats it within seconds is refused.
 * @throws {Problem} too_many_requests
 */
export async function endAllSessions(
  db: Database,
  userId: number,
  changes: Partial<Pick<UserRow, 'password_hash' | 'email' | 'unconfirmed_since'>> = {},
): Promise<void> {
  const isInTime = db.raw('coalesce(sessions_since, now(3)) < now(3) + interval ? second', [maxAheadSeconds]);
  const changed = await db('users')
    .where({ id: userId })
    .where(isInTime)
    .update({ ...changes, sessions_since: endOfSessions(db) });
  if (changed === 0) throw new Problem('too_many_requests', { retryAfter: maxAheadSeconds });
}

/** The account as shown to admins. */
export function toAccount({ id, email, name, role, banned_at, ban_reason, created_at }: UserRow) {
  return {
    id,
    email,
    name,
    role,
    bannedAt: banned_at?.toISOString() ?? null,
    // The version before lifts a ban without taking its reason away.
    banReason: banned_at && ban_reason,
    createdAt: created_at.toISOString(),
  };
}

/**
 * The user's current role, for actions for which the role in an old session must not be trusted. Undefined if banned.
 */
export async function currentRole(db: Database, userId: number): Promise<Role | undefined> {
  const user = await findUser(db, { id: userId });
  return user?.banned_at === null ? user.role : undefined;
}
