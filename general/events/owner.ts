import { Problem } from '../../shared/tier/problems.ts';
import type { Session } from '../../shared/auth/session.ts';

/**
 * An event and its drops belong to the organizer who made it, and to admins.
 * @throws {Problem} not_allowed
 */
export function requireOwner({ userId, role }: Session, organizerId: number): void {
  if (role === 'admin' || (role === 'organizer' && userId === organizerId)) return;
  throw new Problem('not_allowed', { detail: 'This event belongs to another organizer' });
}
