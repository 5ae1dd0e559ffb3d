import { checkIn as checkInSchema, newCheckIn } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import {
  describeTicket,
  findCheckIn,
  isRefunded,
  ofTicket,
  presentPlace,
  wasUndone,
  type CheckInRow,
} from './check-in-row.ts';
import { ticketShown } from './ticket-shown.ts';
import type { Ticket } from './ticket.ts';

/** Admits one person per ticket, however many scanners read it at the same time. */
export function checkIn({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/check-ins',
    summary: 'Check a ticket in',
    description:
      'Once for each seat. The ticket is named by the text of its QR code or its short code (`code`), or by order and seat ' +
      '(`ticket`), as found by name. `already_checked_in` carries `checkedInAt`, `seat`, `orderId`, and `device` and `door` ' +
      'if they are known, of the first check-in. If ' +
      'the response was lost, repeat the call with the same `nonce`: it is the same check-in with the same response.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newCheckIn,
    success: { status: 200, schema: checkInSchema, description: 'The ticket was valid and is used now' },
    problems: ['already_checked_in', 'check_in_undone', 'ticket_refunded', 'ticket_not_valid'],
    records: { nothing: 'check_ins and undone_check_ins say who checked in and who undid it, and when' },
    async handle({ params: { id: eventId }, body: { nonce, device, door, ...shown }, session }) {
      const ticket = await ticketShown(db, { eventId, shown, session, ticketKeys });

      const { row, isFirst } = await redeem(db, ticket, {
        event_id: eventId,
        checked_in_by: session.userId,
        nonce: nonce ?? null,
        device: device ?? null,
        door: door ?? null,
      });
      const { order, seat } = await describeTicket(db, ticket);
      const checkedInAt = row.checked_in_at.toISOString();
      if (!isFirst)
        throw new Problem('already_checked_in', {
          extensions: { checkedInAt, seat, orderId: ticket.orderId, ...presentPlace(row) },
        });
      return { seat, order, checkedInAt, again: false as const };
    },
  });
}

/**
 * Returns the ticket's check-in, and whether this call made it. The order's row is locked, so a refund, an undo or
 * another scan comes entirely before or entirely after.
 * @throws {Problem} ticket_refunded, ticket_not_valid or check_in_undone
 */
function redeem(
  db: Database,
  ticket: Ticket,
  facts: Omit<CheckInRow, 'order_id' | 'seat_id' | 'checked_in_at'>,
): Promise<{ row: CheckInRow; isFirst: boolean }> {
  const { nonce } = facts;
  return transact(db, async (trx) => {
    const order = await trx<OrderRow>('orders').where({ id: ticket.orderId }).forUpdate().first('status');
    if (!order) throw new Problem('ticket_not_valid');
    const known = await findCheckIn(trx, ticket);
    // A repeated call gets the same response, whatever became of the order since.
    if (known && nonce !== null && known.nonce === nonce) return { row: known, isFirst: true };
    if (order.status !== 'paid' || (await isRefunded(trx, ticket))) throw new Problem('ticket_refunded');
    if (known) return { row: known, isFirst: false };
    if (nonce !== null && (await wasUndone(trx, ticket, nonce))) throw new Problem('check_in_undone');
    const row = { ...ofTicket(ticket), ...facts, checked_in_at: new Date() };
    await trx<CheckInRow>('check_ins').insert(row);
    return { row, isFirst: true };
  });
}
