import { checkIn as checkInSchema, newCheckIn } from '../../shared/contract/check-ins.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { describeTicket, findCheckIn, ofTicket, type CheckInRow, type UndoneRow } from './check-in-row.ts';
import { ticketShown } from './ticket-shown.ts';
import type { Ticket } from './ticket.ts';

/** Lets one person in for each ticket, however many scanners read it at the same time. */
export function checkIn({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/check-ins',
    summary: 'Redeem a ticket',
    description:
      'Once for each seat. `already_checked_in` carries `checkedInAt`, `seat` and `orderId` of the first time. Sent ' +
      'again with the same `nonce` (its answer was lost on the way), it is the same check-in and gets the same answer.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: ofOne,
    body: newCheckIn,
    success: { status: 200, schema: checkInSchema, description: 'Valid, and used from here on' },
    problems: ['already_checked_in', 'check_in_undone', 'ticket_refunded', 'ticket_not_valid'],
    async handle({ params: { id: eventId }, body: { code, nonce }, session }) {
      const ticket = await ticketShown(db, { eventId, code, session, ticketKeys });

      const { row, isFirst } = await redeem(db, ticket, {
        event_id: eventId,
        checked_in_by: session.userId,
        nonce: nonce ?? null,
      });
      const { order, seat } = await describeTicket(db, ticket);
      const checkedInAt = row.checked_in_at.toISOString();
      if (!isFirst)
        throw new Problem('already_checked_in', {
          extensions: { checkedInAt, seat, orderId: ticket.orderId },
        });
      return { seat, order, checkedInAt, again: false as const };
    },
  });
}

/**
 * The check-in of the ticket, and whether it is this one. The order's row is locked, so a refund, an undoing or another
 * scan comes wholly before or wholly after.
 * @throws {Problem} ticket_refunded, ticket_not_valid or check_in_undone
 */
function redeem(
  db: Database,
  ticket: Ticket,
  facts: Pick<CheckInRow, 'event_id' | 'checked_in_by' | 'nonce'>,
): Promise<{ row: CheckInRow; isFirst: boolean }> {
  const { nonce } = facts;
  return transact(db, async (trx) => {
    const order = await trx<OrderRow>('orders').where({ id: ticket.orderId }).forUpdate().first('status');
    if (!order) throw new Problem('ticket_not_valid');
    const known = await findCheckIn(trx, ticket);
    // What it was told before, it is told again, whatever became of the order since.
    if (known && nonce !== null && known.nonce === nonce) return { row: known, isFirst: true };
    if (order.status !== 'paid') throw new Problem('ticket_refunded');
    if (known) return { row: known, isFirst: false };
    if (nonce !== null && (await wasUndone(trx, ticket, nonce))) throw new Problem('check_in_undone');
    const row = { ...ofTicket(ticket), ...facts, checked_in_at: new Date() };
    await trx<CheckInRow>('check_ins').insert(row);
    return { row, isFirst: true };
  });
}

/** A scan that arrives late must not redo what somebody has undone. */
async function wasUndone(trx: Database, ticket: Ticket, nonce: string): Promise<boolean> {
  const found = await trx<UndoneRow>('undone_check_ins')
    .where({ ...ofTicket(ticket), nonce })
    .first('id');
  return found !== undefined;
}
