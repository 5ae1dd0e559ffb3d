import { ticketHashes, ticketHashQuery } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { describeSeat, rowsOf } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentCheckedIn, type CheckInRow } from './check-in-row.ts';
import { codesOf } from './ticket-codes.ts';
import { hashesOf } from './ticket-hash.ts';
import { requireDoorOf } from './ticket-shown.ts';
import { signTicket } from './ticket.ts';

const pageSize = 1_000;

type Row = { order_id: string; seat_id: string; drop_id: number } & Partial<
  Pick<CheckInRow, 'device' | 'door'> & { checked_in_at: Date | null }
>;

/** Everything that a door needs for two minutes, or an evening, without network. */
export function listTicketHashes({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/ticket-hashes',
    summary: 'List all valid tickets for a scanner that may lose its network',
    description:
      'Hashes in place of codes, so that a stolen scanner cannot print tickets. Pages of 1,000. Without network, look up the ' +
      'hash of what was scanned or typed; then send the admissions to `/api/events/{id}/check-ins/batch`.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    query: ticketHashQuery,
    success: { status: 200, schema: ticketHashes, description: 'Valid tickets by order and seat' },
    problems: [],
    async handle({ params: { id }, query: { after }, session }) {
      await requireDoorOf(db, id, session);
      const rows = await validTickets(db, id, after);
      const page = rows.slice(0, pageSize);
      const last = rows.length > pageSize ? page.at(-1) : undefined;
      const tickets = page.map((row) => ({ orderId: row.order_id, seatId: row.seat_id }));
      const [codeOf, drops] = await Promise.all([
        codesOf(db, id, tickets),
        loadDrops(db, { ids: [...new Set(page.map((row) => row.drop_id))] }),
      ]);
      const layouts = new Map(drops.map((drop) => [drop.id, rowsOf(drop.sections)]));
      return {
        serverTime: new Date().toISOString(),
        items: page.map((row, at) => ({
          orderId: row.order_id,
          seat: describeSeat(row.seat_id, layouts.get(row.drop_id)!),
          ...hashesOf(
            ticketKeys.map((key) => signTicket(tickets[at]!, id, [key])),
            codeOf(tickets[at]!),
            id,
          ),
          ...presentCheckedIn(row),
        })),
        next: last ? `${last.order_id}_${last.seat_id}` : null,
      };
    },
  });
}

function validTickets(db: Database, eventId: number, after: string | undefined): Promise<Row[]> {
  return db('order_seats as s')
    .join('orders as o', 'o.id', 's.order_id')
    .join('drops as d', 'd.id', 'o.drop_id')
    .leftJoin(
      'check_ins as c',
      (on) => void on.on('c.order_id', 's.order_id').andOn('c.seat_id', 's.seat_id'),
    )
    .where({ 'd.event_id': eventId, 'o.status': 'paid', 's.refund': null })
    .modify((query) => {
      if (after !== undefined) void query.whereRaw('(s.order_id, s.seat_id) > (?, ?)', after.split('_'));
    })
    .orderBy(['s.order_id', 's.seat_id'])
    .limit(pageSize + 1)
    .select('s.order_id', 's.seat_id', 'o.drop_id', 'c.checked_in_at', 'c.device', 'c.door') as Promise<
    Row[]
  >;
}
