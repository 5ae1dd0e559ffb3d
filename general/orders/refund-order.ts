import { ofOneOrder, order } from '../../shared/contract/orders.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/problems.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SaleDeps } from '../sale-deps.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';
import { advanceRefund, requestRefunds } from './refund.ts';

export function refundOrder(deps: SaleDeps): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/orders/:id/refund',
    summary: 'Refund an order; its seats go back on sale',
    description:
      'Safe to repeat. `refunding`: the payment provider has not answered yet, and will be asked again.',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    params: ofOneOrder,
    success: { status: 200, schema: order, description: 'The order' },
    problems: [],
    async handle({ params: { id }, session }) {
      const found = await db<OrderRow>('orders').where({ id }).first();
      const drop = found && (await loadDrop(db, found.drop_id));
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      await requestRefunds(db, { id });
      await advanceRefund(deps, id).catch((error: unknown) =>
        deps.log.warn({ err: error, orderId: id }, 'the refund goes on later'),
      );
      const [presented] = await presentOrders(db, await db<OrderRow>('orders').where({ id }));
      return presented!;
    },
  });
}
