import { checkInCounts } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { findEvent } from '../events/event.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';

export function countCheckIns({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/check-ins',
    summary: 'Count the tickets checked in',
    tag: 'Tickets',
    who: ['organizer', 'admin'],
    params: idParams,
    success: {
      status: 200,
      schema: checkInCounts,
      description: 'Number of seats sold and of seats checked in',
    },
    problems: [],
    async handle({ params: { id }, session }) {
      const event = await findEvent(db, id);
      if (!event) throw new Problem('not_found');
      requireOwner(session, event.organizer_id);
      const row: { sold: number; checkedIn: number } | undefined = await db('orders')
        .join('drops', 'drops.id', 'orders.drop_id')
        .join('order_seats', 'order_seats.order_id', 'orders.id')
        .leftJoin('check_ins', function bySeat() {
          this.on('check_ins.order_id', 'order_seats.order_id').andOn(
            'check_ins.seat_id',
            'order_seats.seat_id',
          );
        })
        .leftJoin('sold_seats', function withheld() {
          this.on('sold_seats.order_id', 'order_seats.order_id')
            .andOn('sold_seats.seat_id', 'order_seats.seat_id')
            .andOnNotNull('sold_seats.withheld_at');
        })
        .where({ 'drops.event_id': id })
        .where((sold) => {
          void sold
            .where({ 'orders.status': 'paid', 'order_seats.refund': null })
            .orWhereNotNull('sold_seats.order_id');
        })
        .first(db.raw('count(*) as sold'), db.raw('count(check_ins.seat_id) as checkedIn'));
      return row ?? { sold: 0, checkedIn: 0 };
    },
  });
}
