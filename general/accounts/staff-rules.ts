import type { Role } from '../../shared/auth/session.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { hasFactor } from './second-factor/factors.ts';
import { currentRole } from './user.ts';

/** What decides whether somebody may act as an organizer or an admin. */
export type StaffRules = {
  /** The user's current role: a session keeps the role it was issued with for hours after that role was taken away. */
  currentRole: (userId: number) => Promise<Role | undefined>;
  /** What is asked of organizers and admins (docs/decisions/048). */
  secondFactor: { isCompulsory: boolean; hasFactor: (userId: number) => Promise<boolean> };
};

export function staffRules(
  db: Database,
  settings: { SEATDROP_ENV: string; SECOND_FACTOR: 'optional' | 'compulsory' },
): StaffRules {
  const isCompulsory = settings.SEATDROP_ENV === 'production' || settings.SECOND_FACTOR === 'compulsory';
  return {
    currentRole: (userId) => currentRole(db, userId),
    secondFactor: { isCompulsory, hasFactor: (userId) => hasFactor(db, userId) },
  };
}
