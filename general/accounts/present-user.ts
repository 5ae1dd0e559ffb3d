import type { Session } from '../../shared/auth/session.ts';
import type { UserRow } from './user.ts';

/** A user as they see themselves. */
export function presentUser(user: UserRow, scope: Session['scope']) {
  return { user, locale: user.locale, ...(scope && { scope }) };
}
