import type { Session } from '../../shared/auth/session.ts';
import type { UserRow } from './user.ts';

/** A user as they see themselves. */
export function presentUser(
  { id, email, name, role, locale }: Pick<UserRow, 'id' | 'email' | 'name' | 'role' | 'locale'>,
  scope: Session['scope'],
) {
  return { user: { id, email, name, role }, locale, ...(scope && { scope }) };
}
