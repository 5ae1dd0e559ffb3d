import type { z } from 'zod';
import { orderIdParams, order as orderSchema } from '../../shared/contract/orders.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { currentRole } from '../accounts/user.ts';
import { signTicket } from '../check-ins/ticket.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { withContacts } from './contacts.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';

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
    problems: [],
    async handle({ params: { id }, session: { userId } }) {
      const found = await db<OrderRow>('orders').where({ id }).first();
      const visible = found && (found.user_id === userId || (await runsDrop(userId, found.drop_id)));
      if (!visible) throw new Problem('not_found');
      const isBuyer = found.user_id === userId;
      const presented = await presentOrders(db, [found], isBuyer ? 'buyer' : 'staff');
      if (!isBuyer) return presented[0]!;
      const [shown] = await withContacts(db, presented, supportEmail);
      return withTickets(shown!);
    },
  });

  /** Only the buyer gets tickets, and no longer after a refund. */
  function withTickets(order: z.input<typeof orderSchema>) {
    const { id: orderId, eventId } = order;
    const seats = order.seats.map((seat) => ({
      ...seat,
      ...(seat.state === 'valid' && {
        ticket: signTicket({ orderId, seatId: seat.id }, eventId, ticketKeys),
      }),
    }));
    return { ...order, seats };
  }

  async function runsDrop(userId: number, dropId: number): Promise<boolean> {
    const [role, drop] = await Promise.all([currentRole(db, userId), loadDrop(db, dropId)]);
    return role === 'admin' || (role === 'organizer' && drop?.organizerId === userId);
  }
}
