import { loadDrop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { VerifiedSession } from '../../shared/auth/session.ts';
import { currentRole } from '../accounts/user.ts';
import { requireProven } from '../http/authorize.ts';
import type { OrderRow } from './present-orders.ts';

/**
 * An order that this user may see: its buyer, the organizer of its drop, and admins.
 * @throws {Problem} not_found for others, for whom it does not exist; second_factor_required
 */
export async function findVisibleOrder(
  db: Database,
  id: string,
  session: VerifiedSession,
): Promise<OrderRow> {
  const { userId } = session;
  const found = await db<OrderRow>('orders').where({ id }).first();
  if (found?.user_id === userId) return found;
  if (!found || !(await runsDrop(db, userId, found.drop_id))) throw new Problem('not_found');
  requireProven(session);
  return found;
}

async function runsDrop(db: Database, userId: number, dropId: number): Promise<boolean> {
  const [role, drop] = await Promise.all([currentRole(db, userId), loadDrop(db, dropId)]);
  return role === 'admin' || (role === 'organizer' && drop?.organizerId === userId);
}
