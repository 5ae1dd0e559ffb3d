/**
 * Which orders a search text means. Each kind of text is looked up in an index of its own, so the cost follows what
 * matches and not how many orders there are (docs/decisions/039):
 *
 * - id: range of the primary key of `orders`
 * - e-mail, name, last name: range of an index of `users`, then `orders_of_user`
 * - the provider's id: range of `payment_attempts_by_provider_ref`, of `refunds_by_provider_ref`, or of the primary keys of
 *   `disputes` and `outside_refunds`, then the primary key of `orders`
 * - seat: the ids that it has in the newest drops, then `order_seats_by_seat`
 */
import { fromJson } from '../../shared/drops/drop.ts';
import type { Section } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { readSeat, seatsMeant, type SeatSearched } from './seat-searched.ts';

/** Only orders of this organizer's drops, or of this event. */
export type SearchScope = { organizerId?: number | undefined; eventId?: number };

export type OrderIdQuery = ReturnType<Database['queryBuilder']>;

/** A search by seat looks into the newest drops. */
const maxDrops = 2_000;

/** The ids of the orders that match, but at most `limit` by each kind of match. */
export async function findOrderIds(
  db: Database,
  text: string,
  scope: SearchScope,
  limit: number,
): Promise<Set<string>> {
  const queries = await orderIdQueries(db, text, scope);
  const found = (await Promise.all(queries.map((query) => query.limit(limit)))) as { id: string }[][];
  return new Set(found.flat().map(({ id }) => id));
}

/** The queries of a search; tests explain them. */
export async function orderIdQueries(
  db: Database,
  text: string,
  scope: SearchScope,
): Promise<OrderIdQuery[]> {
  const beginning = `${escapeLike(text)}%`;
  const queries: OrderIdQuery[] = [];
  if (/^[0-9a-z]{2,14}(?:-[0-9a-z]{0,4})?$/i.test(text))
    queries.push(inScope(db, db.queryBuilder().from('orders as o').where('o.id', 'like', beginning), scope));
  if (/^[\w-]{6,100}$/.test(text)) {
    for (const table of ['payment_attempts', 'disputes', 'outside_refunds'])
      queries.push(joined(db, `${table} as p`, 'p.hold_id', 'p.provider_ref', beginning, scope));
    queries.push(joined(db, 'refunds as p', 'p.order_id', 'p.provider_ref', beginning, scope));
  }
  for (const column of text.includes('@') ? ['email'] : ['email', 'name', 'last_name'])
    queries.push(joined(db, 'users as p', undefined, `p.${column}`, beginning, scope));
  const seat = readSeat(text);
  if (seat) {
    const meant = await seatsInDrops(db, seat, scope);
    if (meant.length > 0) queries.push(bySeat(db, meant));
  }
  return queries;
}

/** Orders joined to the rows that match, which are read first. */
function joined(
  db: Database,
  table: string,
  orderId: string | undefined,
  column: string,
  beginning: string,
  scope: SearchScope,
): OrderIdQuery {
  const query = db.queryBuilder().from(table);
  void (orderId === undefined
    ? query.join('orders as o', 'o.user_id', 'p.id')
    : query.join('orders as o', 'o.id', orderId));
  return inScope(db, query.where(column, 'like', beginning), scope);
}

/** Selects the ids of orders. MySQL joins the tables in the order in which they are named. */
function inScope(db: Database, query: OrderIdQuery, { organizerId, eventId }: SearchScope): OrderIdQuery {
  if (eventId !== undefined)
    void query.join('drops as of', 'of.id', 'o.drop_id').where('of.event_id', eventId);
  if (organizerId !== undefined)
    void query
      .join('drops as d', 'd.id', 'o.drop_id')
      .join('events as e', 'e.id', 'd.event_id')
      .where('e.organizer_id', organizerId);
  return query.select(db.raw('straight_join o.id'));
}

type SeatInDrop = [dropId: number, seatId: string];

async function seatsInDrops(
  db: Database,
  seat: SeatSearched,
  { organizerId, eventId }: SearchScope,
): Promise<SeatInDrop[]> {
  const drops: { id: number; sections: string | Section[] }[] = await db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .modify((query) => {
      if (organizerId !== undefined) void query.where({ organizer_id: organizerId });
      if (eventId !== undefined) void query.where({ event_id: eventId });
    })
    .orderBy('drops.id', 'desc')
    .limit(maxDrops)
    .select('drops.id', 'drops.sections');
  return drops.flatMap(({ id, sections }) =>
    seatsMeant(seat, fromJson(sections)).map((seatId): SeatInDrop => [id, seatId]),
  );
}

function bySeat(db: Database, meant: readonly SeatInDrop[]): OrderIdQuery {
  return db
    .queryBuilder()
    .from('order_seats as p')
    .join('orders as o', 'o.id', 'p.order_id')
    .whereIn('p.seat_id', [...new Set(meant.map(([, seatId]) => seatId))])
    .whereIn(['o.drop_id', 'p.seat_id'], meant)
    .select(db.raw('straight_join o.id'));
}

/** Wildcards in the text stand for themselves. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
