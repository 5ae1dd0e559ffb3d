import { checkInCounts } from '../../shared/contract/check-ins.ts';
import { idParams } from '../../shared/contract/ids.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentPlace } from './check-in-row.ts';
import { requireDoorOf } from './ticket-shown.ts';

const maxPlaces = 200;

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
      await requireDoorOf(db, id, session);
      const [seats, places, doubles] = await Promise.all([
        countSeats(db, id),
        countPlaces(db, id),
        db('double_admissions').where({ event_id: id }).count({ doubles: '*' }) as Promise<
          { doubles: number }[]
        >,
      ]);
      return { ...seats, places, doubles: doubles[0]!.doubles };
    },
  });
}

async function countPlaces(db: Database, eventId: number) {
  const rows: { door: string | null; device: string | null; checkedIn: number }[] = await db('check_ins')
    .where({ event_id: eventId })
    .groupBy('door', 'device')
    .orderByRaw('count(*) desc, door, device')
    .limit(maxPlaces)
    .select('door', 'device', db.raw('count(*) as checkedIn'));
  return rows.map(({ checkedIn, ...place }) => ({ ...presentPlace(place), checkedIn }));
}

async function countSeats(db: Database, eventId: number): Promise<{ sold: number; checkedIn: number }> {
  const row: { sold: number; checkedIn: number } | undefined = await db('orders')
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('order_seats', 'order_seats.order_id', 'orders.id')
    .leftJoin('check_ins', function bySeat() {
      this.on('check_ins.order_id', 'order_seats.order_id').andOn('check_ins.seat_id', 'order_seats.seat_id');
    })
    .leftJoin('sold_seats', function withheld() {
      this.on('sold_seats.order_id', 'order_seats.order_id')
        .andOn('sold_seats.seat_id', 'order_seats.seat_id')
        .andOnNotNull('sold_seats.withheld_at');
    })
    .where({ 'drops.event_id': eventId })
    .where((sold) => {
      void sold
        .where({ 'orders.status': 'paid', 'order_seats.refund': null })
        .orWhereNotNull('sold_seats.order_id');
    })
    .first(db.raw('count(*) as sold'), db.raw('count(check_ins.seat_id) as checkedIn'));
  return row ?? { sold: 0, checkedIn: 0 };
}
