import { checkIn as checkInSchema, newCheckIn } from '../../shared/contract/check-ins.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { findEvent } from '../events/event.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import { readTicket, ticketKeyFrom, type Ticket } from './ticket.ts';

type CheckInRow = {
  order_id: string;
  seat_id: string;
  event_id: number;
  checked_in_by: number;
  checked_in_at: Date;
};

/** Lets one person in for each ticket, however many scanners read it at the same time. */
export function checkIn({ db, checkoutKey }: Pick<Deps, 'db' | 'checkoutKey'>): Route {
  const key = ticketKeyFrom(checkoutKey);
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/check-ins',
    summary: 'Redeem a ticket',
    description:
      'Once for each seat. `already_checked_in` carries `checkedInAt`, `seat` and `orderId` of the first time.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: ofOne,
    body: newCheckIn,
    success: { status: 200, schema: checkInSchema, description: 'Valid, and used from here on' },
    problems: ['already_checked_in', 'ticket_refunded', 'ticket_not_valid'],
    async handle({ params: { id: eventId }, body: { code }, session }) {
      const event = await findEvent(db, eventId);
      if (!event) throw new Problem('not_found');
      requireOwner(session, event.organizer_id);
      const ticket = readTicket(code, eventId, key);
      if (!ticket) throw new Problem('ticket_not_valid');

      const checkedInAt = new Date();
      const first = await redeem(db, {
        order_id: ticket.orderId,
        seat_id: ticket.seatId,
        event_id: eventId,
        checked_in_by: session.userId,
        checked_in_at: checkedInAt,
      });
      const { order, seat } = await describe(db, ticket);
      if (!first) throw await alreadyCheckedIn(db, ticket, seat);
      return { seat, order, checkedInAt: checkedInAt.toISOString(), again: false as const };
    },
  });
}

/**
 * False when it was redeemed before. The order's row is locked, so a refund comes wholly before or wholly after.
 * @throws {Problem} ticket_refunded or ticket_not_valid
 */
async function redeem(db: Database, row: CheckInRow): Promise<boolean> {
  try {
    await transact(db, async (trx) => {
      const order = await trx<OrderRow>('orders').where({ id: row.order_id }).forUpdate().first('status');
      if (!order) throw new Problem('ticket_not_valid');
      if (order.status !== 'paid') throw new Problem('ticket_refunded');
      await trx<CheckInRow>('check_ins').insert(row);
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error, 'PRIMARY')) return false;
    throw error;
  }
}

async function describe(db: Database, { orderId, seatId }: Ticket) {
  const [order] = await presentOrders(db, await db<OrderRow>('orders').where({ id: orderId }));
  const seat = order?.seats.find(({ id }) => id === seatId);
  if (!order || !seat) throw new Problem('ticket_not_valid');
  return { order, seat };
}

async function alreadyCheckedIn(db: Database, { orderId, seatId }: Ticket, seat: object): Promise<Problem> {
  const row = await db<CheckInRow>('check_ins').where({ order_id: orderId, seat_id: seatId }).first();
  return new Problem('already_checked_in', {
    extensions: { checkedInAt: row?.checked_in_at.toISOString(), seat, orderId },
  });
}
