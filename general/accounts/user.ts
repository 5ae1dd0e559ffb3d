import type { BanTimes } from '../../shared/auth/banned-users.ts';
import type { Role } from '../../shared/auth/session.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Locale } from './locale.ts';

type User = { id: number; email: string; name: string; role: Role };

export type UserRow = User &
  BanTimes & {
    password_hash: string;
    created_at: Date;
    /** In which language to write to them; null while not known. */
    locale: Locale | null;
  };

export async function findUser(
  db: Database,
  by: { id: number } | { email: string },
): Promise<UserRow | undefined> {
  const found = await db<UserRow>('users').where(by).first();
  // To MySQL's collation jörg@ and jorg@ are the same, and they are two mailboxes.
  return 'email' in by && found?.email.toLowerCase() !== by.email ? undefined : found;
}

/**
 * For `sessions_since`: ends all sessions of a user. Later than any `issuedAt` there is, also within the seconds by which
 * `firstValidIssue` is ahead. To be set before `banned_at`: MySQL assigns from left to right.
 */
export function endOfSessions(db: Database) {
  const after = (column: string) => `coalesce(${column} + interval 2 second, now(3))`;
  return db.raw(`greatest(now(3), ${after('sessions_since')}, ${after('banned_at')})`);
}

/** As admins see it. */
export function toAccount({ id, email, name, role, banned_at, created_at }: UserRow) {
  return {
    id,
    email,
    name,
    role,
    bannedAt: banned_at?.toISOString() ?? null,
    createdAt: created_at.toISOString(),
  };
}

/** Today's role, for what an old session must not be trusted with. Undefined when banned. */
export async function currentRole(db: Database, userId: number): Promise<Role | undefined> {
  const user = await findUser(db, { id: userId });
  return user?.banned_at === null ? user.role : undefined;
}
