/**
 * What an order's receipt says of seller, buyer and event. It is copied into the order when that is paid, as
 * `orders.receipt`, and does not change after that (docs/decisions/041).
 */
import { fromJson } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Seller } from '../../shared/receipt/receipt.ts';

export type FrozenFacts = {
  seller: Seller;
  buyer: string;
  /** `timeZone`: null for events of the first version, which had none. */
  event: { title: string; venue: string; startsAt: string; timeZone: string | null };
};

type Sold = { drop_id: number; user_id: number };

type DropFacts = {
  drop_id: number;
  title: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
  organizer: string;
  seller: string | null;
  address: string | null;
  tax_number: string | null;
};

/** As they are now, for each of these orders. Two queries, however many orders. */
export async function readFacts(db: Database, orders: readonly Sold[]): Promise<FrozenFacts[]> {
  const [drops, buyers] = await Promise.all([
    db('drops')
      .join('events', 'events.id', 'drops.event_id')
      .join('users as organizers', 'organizers.id', 'events.organizer_id')
      .leftJoin('sellers', 'sellers.organizer_id', 'events.organizer_id')
      .whereIn('drops.id', [...new Set(orders.map(({ drop_id }) => drop_id))])
      .select({ drop_id: 'drops.id', organizer: 'organizers.name', seller: 'sellers.name' })
      .select('events.title', 'events.venue', 'events.starts_at', 'events.time_zone')
      .select('sellers.address', 'sellers.tax_number') as Promise<DropFacts[]>,
    db('users')
      .whereIn('id', [...new Set(orders.map(({ user_id }) => user_id))])
      .select('id', 'name') as Promise<{ id: number; name: string }[]>,
  ]);
  const dropOf = new Map(drops.map((drop) => [drop.drop_id, drop]));
  const buyerOf = new Map(buyers.map(({ id, name }) => [id, name]));
  return orders.map(({ drop_id, user_id }) => {
    const { title, venue, starts_at, time_zone, ...of } = dropOf.get(drop_id)!;
    return {
      seller: {
        name: of.seller ?? of.organizer,
        ...(of.address !== null && { address: of.address }),
        ...(of.tax_number !== null && { taxNumber: of.tax_number }),
      },
      buyer: buyerOf.get(user_id)!,
      event: { title, venue, startsAt: starts_at.toISOString(), timeZone: time_zone },
    };
  });
}

/**
 * The facts of an order. One of the previous version has none yet and keeps those of today: of two processes that issue its
 * first receipt at the same time, both use what the first has written.
 */
export async function factsOf(
  db: Database,
  order: Sold & { id: string; receipt: string | FrozenFacts | null },
): Promise<FrozenFacts> {
  if (order.receipt !== null) return fromJson(order.receipt);
  const [facts] = await readFacts(db, [order]);
  await db('orders')
    .where({ id: order.id })
    .whereNull('receipt')
    .update({ receipt: JSON.stringify(facts) });
  const kept: { receipt: string | FrozenFacts } | undefined = await db('orders')
    .where({ id: order.id })
    .first('receipt');
  return fromJson(kept!.receipt);
}
