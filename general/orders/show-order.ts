import { ofOneOrder, order } from '../../shared/contract/orders.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/problems.ts';
import { currentRole } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';

/** Shown to its buyer, to the organizer of its drop and to admins. To all others there is no such order. */
export function showOrder({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/:id',
    summary: 'Show an order',
    tag: 'Orders',
    who: 'signed-in',
    params: ofOneOrder,
    success: { status: 200, schema: order, description: 'The order' },
    problems: [],
    async handle({ params: { id }, session: { userId } }) {
      const found = await db<OrderRow>('orders').where({ id }).first();
      const visible = found && (found.user_id === userId || (await runsDrop(userId, found.drop_id)));
      if (!visible) throw new Problem('not_found');
      const [shown] = await presentOrders(db, [found]);
      return shown!;
    },
  });

  async function runsDrop(userId: number, dropId: number): Promise<boolean> {
    const [role, drop] = await Promise.all([currentRole(db, userId), loadDrop(db, dropId)]);
    return role === 'admin' || (role === 'organizer' && drop?.organizerId === userId);
  }
}
