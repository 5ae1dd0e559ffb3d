import type { Database } from '../../shared/mysql/connect.ts';
import { endLinksOf } from './account-links.ts';
import { tellUser } from './second-factor/tell-user.ts';
import { endAllSessions, type UserRow } from './user.ts';

/**
 * Sets the password, ends all sessions of the user, and tells the user by mail: one transaction, the caller's. Also ends
 * links to another e-mail address: whoever asked for one knew the password of before.
 */
export async function setPassword(
  trx: Database,
  userId: number,
  changes: Pick<UserRow, 'password_hash'> & Partial<Pick<UserRow, 'unconfirmed_since'>>,
): Promise<void> {
  await endAllSessions(trx, userId, changes);
  await endLinksOf(trx, userId, 'email');
  await tellUser(trx, 'password-changed', userId);
}
