import { orderIdParams, order as orderSchema } from '../../shared/contract/orders.ts';
import { withTickets } from '../check-ins/tickets-of-order.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { withContacts } from './contacts.ts';
import { presentOrders } from './present-orders.ts';
import { findVisibleOrder } from './visible-order.ts';

/** Visible to its buyer, to the organizer of its drop and to admins. For others it does not exist. */
export function showOrder({
  db,
  ticketKeys,
  supportEmail,
}: Pick<Deps, 'db' | 'ticketKeys' | 'supportEmail'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/:id',
    summary: 'Show an order',
    tag: 'Orders',
    who: 'signed-in',
    scopes: ['tickets'],
    params: orderIdParams,
    success: { status: 200, schema: orderSchema, description: 'The order' },
    problems: ['second_factor_required'],
    async handle({ params: { id }, session }) {
      const found = await findVisibleOrder(db, id, session);
      const isBuyer = found.user_id === session.userId;
      const presented = await presentOrders(db, [found], isBuyer ? 'buyer' : 'staff');
      if (!isBuyer) return presented[0]!;
      const [shown] = await withContacts(db, presented, supportEmail);
      return withTickets(db, shown!, ticketKeys);
    },
  });
}
