import type { Role } from '../../../shared/auth/session.ts';

/** Whether a user of this role needs a second factor. */
export function needsFactor(isCompulsory: boolean, role: Role | undefined): boolean {
  return isCompulsory && (role === 'organizer' || role === 'admin');
}
