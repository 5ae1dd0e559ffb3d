import { doubleAdmissions } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import { presentCheckedIn, presentPlace, type CheckInRow } from './check-in-row.ts';
import type { DoubleRow } from './settle-admission.ts';
import { requireDoorOf } from './ticket-shown.ts';

const newest = 100;

export function listDoubles({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/check-ins/doubles',
    summary: 'List people let in by a ticket that was used already, or void',
    description: 'Only a door without network can let them in. The newest 100.',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    success: { status: 200, schema: doubleAdmissions, description: 'Double admissions, the newest first' },
    problems: [],
    async handle({ params: { id }, session }) {
      await requireDoorOf(db, id, session);
      const doubles: DoubleRow[] = await db<DoubleRow>('double_admissions')
        .where({ event_id: id })
        .orderBy('id', 'desc')
        .limit(newest);
      const orderIds = [...new Set(doubles.map(({ order_id }) => order_id))];
      const [orders, checkIns] = await Promise.all([
        presentOrders(db, await db<OrderRow>('orders').whereIn('id', orderIds)),
        db<CheckInRow>('check_ins').whereIn('order_id', orderIds),
      ]);
      const items = doubles.map((row) => {
        const order = orders.find((each) => each.id === row.order_id)!;
        const first = checkIns.find((each) => each.order_id === row.order_id && each.seat_id === row.seat_id);
        const { checkedIn } = presentCheckedIn(first ?? {});
        return {
          orderId: row.order_id,
          seat: order.seats.find((seat) => seat.id === row.seat_id)!,
          why: row.why,
          at: row.admitted_at.toISOString(),
          receivedAt: row.received_at.toISOString(),
          device: row.device,
          ...presentPlace({ device: null, door: row.door }),
          ...(checkedIn && { first: checkedIn }),
        };
      });
      return { items };
    },
  });
}
