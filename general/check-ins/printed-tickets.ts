import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { PrintedTickets } from '../../shared/receipt/tickets.ts';
import { findUser } from '../accounts/user.ts';
import { findEvent } from '../events/event.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import { withTickets } from './tickets-of-order.ts';

type Context = { ticketKeys: KeyList; timeZone: string; locale: PrintedTickets['locale'] };

/** The valid tickets of an order; undefined if it has none. Event and name are as they are now, unlike on the receipt. */
export async function printedTickets(
  db: Database,
  row: OrderRow,
  { ticketKeys, timeZone, locale }: Context,
): Promise<PrintedTickets | undefined> {
  const [shown] = await presentOrders(db, [row]);
  const [order, event, user] = await Promise.all([
    withTickets(db, shown!, ticketKeys),
    findEvent(db, shown!.eventId),
    findUser(db, { id: row.user_id }),
  ]);
  const tickets = order.seats.flatMap(({ section, row: label, number, ticket: qr, code }) =>
    qr === undefined || code === undefined ? [] : { seat: { section, row: label, number }, qr, code },
  );
  if (tickets.length === 0 || !event || !user) return undefined;
  const { title, venue, starts_at, time_zone } = event;
  return {
    orderId: row.id,
    locale,
    holder: user.name,
    paidAt: order.createdAt,
    event: { title, venue, startsAt: starts_at.toISOString(), timeZone: time_zone ?? timeZone },
    tickets,
  };
}
