import { foundTickets, ticketSearch } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findOrderIds } from '../orders/find-order-ids.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import { presentCheckedIn, type CheckInRow } from './check-in-row.ts';
import { readShown, requireDoorOf } from './ticket-shown.ts';

const maxOrders = 50;

export function findTickets({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/tickets',
    summary: 'Find tickets at the door',
    description:
      'By short code, order number, name or seat, within the event. Check one in by `ticket: {orderId, seatId}`.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    query: ticketSearch,
    success: { status: 200, schema: foundTickets, description: 'Tickets with what became of them' },
    problems: [],
    async handle({ params: { id: eventId }, query: { q }, session }) {
      await requireDoorOf(db, eventId, session);
      const shown = await readShown(db, { code: q }, eventId, ticketKeys);
      const ids = shown ? new Set([shown.orderId]) : await findOrderIds(db, q, { eventId }, maxOrders + 1);
      const items = await ticketsOf(db, [...ids]);
      return {
        items: shown ? items.filter(({ seat }) => seat.id === shown.seatId) : items,
        hasMore: ids.size > maxOrders,
      };
    },
  });
}

async function ticketsOf(db: Database, orderIds: readonly string[]) {
  const rows: (OrderRow & { name: string })[] = await db('orders')
    .join('users', 'users.id', 'orders.user_id')
    .whereIn('orders.id', orderIds)
    .orderBy([
      { column: 'orders.created_at', order: 'desc' },
      { column: 'orders.id', order: 'desc' },
    ])
    .limit(maxOrders)
    .select('orders.*', 'users.name');
  const [orders, checkIns] = await Promise.all([
    presentOrders(db, rows),
    db<CheckInRow>('check_ins').whereIn(
      'order_id',
      rows.map(({ id }) => id),
    ),
  ]);
  return orders.flatMap(({ id: orderId, seats }, at) =>
    seats.map(({ state, ...seat }) => {
      const used = checkIns.find((row) => row.order_id === orderId && row.seat_id === seat.id);
      const valid = used ? ('used' as const) : ('valid' as const);
      return {
        orderId,
        seat,
        buyer: rows[at]!.name,
        state: state === 'valid' ? valid : ('void' as const),
        ...(used && presentCheckedIn(used)),
      };
    }),
  );
}
