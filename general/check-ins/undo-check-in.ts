import { newCheckIn, undoneCheckIn } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { describeTicket, findCheckIn, isRefunded, ofTicket, type UndoneRow } from './check-in-row.ts';
import { ticketShown } from './ticket-shown.ts';
import type { Ticket } from './ticket.ts';

/** Undoes a check-in, for a ticket scanned by mistake or a person who leaves again: the ticket can be used again. */
export function undoCheckIn({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/check-ins/undo',
    summary: 'Undo a check-in',
    description:
      'The ticket can then be used again. It stays recorded who checked it in, who undid that, and when. A call ' +
      'repeated with the same `nonce` is the same undo and gets the same response.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newCheckIn,
    success: { status: 200, schema: undoneCheckIn, description: 'The ticket is no longer checked in' },
    problems: ['not_checked_in', 'ticket_refunded', 'ticket_not_valid'],
    records: { nothing: 'check_ins and undone_check_ins say who checked in and who undid it, and when' },
    async handle({ params: { id: eventId }, body: { nonce, code, ticket: named }, session }) {
      const ticket = await ticketShown(db, {
        eventId,
        shown: { code, ticket: named },
        session,
        ticketKeys,
      });

      const row = await undo(db, ticket, { undone_by: session.userId, undo_nonce: nonce ?? null });
      const { order, seat } = await describeTicket(db, ticket);
      return {
        seat,
        order,
        checkedInAt: row.checked_in_at.toISOString(),
        undoneAt: row.undone_at.toISOString(),
      };
    },
  });
}

/**
 * Moves the check-in to the undone ones and returns it, in one transaction with the order's row locked, as in
 * check-in.ts.
 * @throws {Problem} not_checked_in, ticket_refunded or ticket_not_valid
 */
function undo(
  db: Database,
  ticket: Ticket,
  facts: Pick<UndoneRow, 'undone_by' | 'undo_nonce'>,
): Promise<Omit<UndoneRow, 'id'>> {
  const { undo_nonce } = facts;
  return transact(db, async (trx) => {
    const order = await trx<OrderRow>('orders').where({ id: ticket.orderId }).forUpdate().first('status');
    if (!order) throw new Problem('ticket_not_valid');
    // A repeated call: somebody may have checked the ticket in since, and that check-in stays.
    const before =
      undo_nonce === null
        ? undefined
        : await trx<UndoneRow>('undone_check_ins')
            .where({ ...ofTicket(ticket), undo_nonce })
            .first();
    if (before) return before;
    const known = await findCheckIn(trx, ticket);
    if (!known) throw new Problem('not_checked_in');
    // The refund has counted the ticket as used and withheld its seat.
    if (order.status !== 'paid' || (await isRefunded(trx, ticket))) throw new Problem('ticket_refunded');
    const row = { ...known, ...facts, undone_at: new Date() };
    await trx<UndoneRow>('undone_check_ins').insert(row);
    await trx('check_ins').where(ofTicket(ticket)).delete();
    return row;
  });
}
