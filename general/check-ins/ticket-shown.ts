import type { KeyList } from '../../shared/auth/key-list.ts';
import { readTicketCode } from '../../shared/contract/ticket-code.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Session } from '../../shared/auth/session.ts';
import { findEvent } from '../events/event.ts';
import { requireOwner } from '../events/owner.ts';
import { findByCode } from './ticket-codes.ts';
import { readTicket, type Ticket } from './ticket.ts';

/** What was scanned or typed, or the ticket itself, which staff have found. */
export type Shown = { code?: string | undefined; ticket?: Ticket | undefined };

/** @throws {Problem} not_found or not_allowed, unless it is an event of this organizer, or this is an admin */
export async function requireDoorOf(db: Database, eventId: number, session: Session): Promise<void> {
  const event = await findEvent(db, eventId);
  if (!event) throw new Problem('not_found');
  requireOwner(session, event.organizer_id);
}

/**
 * Reads a ticket shown at the entrance of an event, for the organizer of that event or an admin.
 * @throws {Problem} not_found, not_allowed or ticket_not_valid
 */
export async function ticketShown(
  db: Database,
  {
    eventId,
    shown,
    session,
    ticketKeys,
  }: { eventId: number; shown: Shown; session: Session; ticketKeys: KeyList },
): Promise<Ticket> {
  await requireDoorOf(db, eventId, session);
  const ticket = await readShown(db, shown, eventId, ticketKeys);
  if (!ticket) throw new Problem('ticket_not_valid');
  return ticket;
}

/** The ticket of this event that is shown; undefined if there is none. Its order may be refunded. */
export async function readShown(
  db: Database,
  { code, ticket }: Shown,
  eventId: number,
  keys: KeyList,
): Promise<Ticket | undefined> {
  if (ticket) return (await isOfEvent(db, ticket, eventId)) ? ticket : undefined;
  if (code === undefined) return undefined;
  const short = readTicketCode(code);
  return short === undefined ? readTicket(code, eventId, keys) : findByCode(db, eventId, short);
}

async function isOfEvent(db: Database, { orderId, seatId }: Ticket, eventId: number): Promise<boolean> {
  const found: unknown = await db('order_seats')
    .join('orders', 'orders.id', 'order_seats.order_id')
    .join('drops', 'drops.id', 'orders.drop_id')
    .where({ 'order_seats.order_id': orderId, 'order_seats.seat_id': seatId, 'drops.event_id': eventId })
    .first('order_seats.seat_id');
  return found !== undefined;
}
