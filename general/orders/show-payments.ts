import { orderPayments } from '../../shared/contract/order-payments.ts';
import { orderIdParams } from '../../shared/contract/orders.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentFoundOrders, newestOrders } from './found-orders.ts';
import type { OrderRow } from './present-orders.ts';
import { readPayments } from './read-payments.ts';

export function showPayments({ db, reader }: Pick<Deps, 'db' | 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/:id/payments',
    summary: 'Show how an order was paid, refunded and disputed',
    description:
      'Every attempt to pay with its declined cards, every refund and dispute, each with its time and author.',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    params: orderIdParams,
    success: { status: 200, schema: orderPayments, description: 'The record of the order’s money' },
    problems: [],
    async handle({ params: { id }, session }) {
      const order = await db<OrderRow>('orders').where({ id }).first();
      const drop = order && (await loadDrop(db, order.drop_id));
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      return reader.read(session, async (replica) => {
        const [shown] = await presentFoundOrders(replica, await newestOrders(replica, [id], 1));
        // The replica may not have the order yet.
        if (!shown) throw new Problem('unavailable', { retryAfter: 1 });
        return { order: shown, ...(await readPayments(replica, id)) };
      });
    },
  });
}
