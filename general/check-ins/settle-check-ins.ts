import { newAdmissions, settledAdmissions } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import { presentCheckedIn } from './check-in-row.ts';
import { settleAdmission, type SettledAdmission } from './settle-admission.ts';
import { readShown, requireDoorOf } from './ticket-shown.ts';
import type { Ticket } from './ticket.ts';

/** How far the clock of a device that was set by ours may be ahead. */
const aheadMs = 60_000;
const oldestMs = 30 * 24 * 3_600_000;

type Done = SettledAdmission & { nonce: string; ticket?: Ticket };

/** Takes what a door has done without network. */
export function settleCheckIns({ db, ticketKeys }: Pick<Deps, 'db' | 'ticketKeys'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/check-ins/batch',
    summary: 'Settle admissions that were made without network',
    description:
      'Up to 50 at a time. Each is settled by itself, also if others are not; repeat the call with the same nonces if its ' +
      'response was lost. If two doors have let in by the same ticket, the first that settles counts, and the other is listed by ' +
      '`/api/events/{id}/check-ins/doubles`.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newAdmissions,
    success: { status: 200, schema: settledAdmissions, description: 'What became of each' },
    problems: [],
    records: { nothing: 'check_ins and double_admissions say who let in whom, when and where' },
    async handle({ params: { id: eventId }, body: { device, door, admissions }, session }) {
      await requireDoorOf(db, eventId, session);
      const now = new Date();
      const times = admissions.map(({ at }, index) => timeOf(at, now, `/admissions/${index}/at`));
      const done: Done[] = [];
      for (const [index, { nonce, ...shown }] of admissions.entries()) {
        const ticket = await readShown(db, shown, eventId, ticketKeys);
        const settled = ticket
          ? await settleAdmission(db, ticket, {
              event_id: eventId,
              admitted_by: session.userId,
              admitted_at: times[index]!,
              nonce,
              device,
              door: door ?? null,
            })
          : { result: 'unknown' as const };
        done.push({ ...settled, nonce, ...(ticket && { ticket }) });
      }
      return { results: await present(db, done) };
    },
  });
}

/** @throws {Problem} invalid_request */
function timeOf(at: string, now: Date, pointer: string): Date {
  const time = new Date(at);
  const passedMs = now.getTime() - time.getTime();
  if (passedMs < -aheadMs) throw invalid(pointer, 'in_the_future');
  if (passedMs > oldestMs) throw invalid(pointer, 'too_long_ago');
  return passedMs < 0 ? now : time;
}

async function present(db: Database, done: readonly Done[]) {
  const ids = [...new Set(done.flatMap(({ ticket }) => ticket?.orderId ?? []))];
  const orders = await presentOrders(db, await db<OrderRow>('orders').whereIn('id', ids));
  const orderOf = new Map(orders.map((order) => [order.id, order]));
  return done.map(({ nonce, result, ticket, counts }) => {
    const seat = orderOf.get(ticket?.orderId ?? '')?.seats.find(({ id }) => id === ticket?.seatId);
    return {
      nonce,
      result,
      ...(ticket && seat && { orderId: ticket.orderId, seat }),
      ...(counts && presentCheckedIn(counts)),
    };
  });
}
