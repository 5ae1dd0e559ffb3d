/**
 * Corrects Redis from MySQL. Redis can lose writes when a replica takes over before it has received the last ones:
 * sold seats then look free and are given to buyers whom MySQL will refuse, and refunded seats stay sold. This
 * compares all orders of a drop with Redis and makes Redis agree with MySQL. Each step is safe to repeat and to run
 * in several processes at once.
 */
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Owner } from '../../shared/inventory/payments.ts';
import { followOrders } from '../checkout/seat-owners.ts';
import type { Deps } from '../deps.ts';
import { announceReopened } from '../orders/announce-reopened.ts';
import { readWithheld } from '../../shared/drops/withheld-seats.ts';
import { ago } from './glance.ts';

export type MendDeps = Pick<Deps, 'db' | 'inventory' | 'announcer' | 'log'>;

export type Mended = {
  /** Orders that lacked seats in Redis (including withheld seats), and refunded orders that still had theirs. */
  sales: number;
  refunds: number;
  /** Unpaid holds that ended because their seats belong to an order. */
  yielded: number;
  /** An order waits for a seat that another buyer is paying for, or that Redis has sold without a known order. */
  blocked: boolean;
  /** Seats sold in Redis that no order in MySQL, past or present, has. Their origin is unknown. */
  unexplained: string[];
};

type Order = {
  id: string;
  partition: number;
  buyerId: number;
  /** Redis should know of the order by now. */
  isSettled: boolean;
  /** Seats that are not refunded, or whose refund Redis need not know of yet. */
  seats: string[];
  /** Seats whose refund Redis should know of by now, also those that are withheld. */
  reopened: string[];
  /** Of these: seats that stay sold because their tickets were used. */
  withheld: string[];
  /** Refunded seats that Redis may have either way. */
  changing: string[];
};

/** Orders per script call, so that no call blocks a Redis node for long. */
const ordersPerCall = 10;

export async function mendDrop(
  deps: MendDeps,
  drop: { id: number; partitions: number },
  settledAfterMs: number,
): Promise<Mended> {
  const { inventory, log } = deps;
  // Redis is read first: MySQL has an order, possibly refunded by now, for whatever Redis had sold by then.
  const sold = soldSeats(await inventory.seatMap(drop));
  const orders = await readOrders(deps, drop.id, settledAfterMs);
  const mended: Mended = { sales: 0, refunds: 0, yielded: 0, blocked: false, unexplained: [] };
  const explained = new Set<string>();

  for (const place of places(drop.id, drop.partitions)) {
    const own = orders.filter(({ partition }) => partition === place.partition);
    const found = compare(own, await holdsOf(deps, place, own), sold);
    for (const seat of found.explained) explained.add(seat);

    // Refunds first, since their seats may belong to an order that follows.
    for (const { id, reopened: seats, withheld } of found.stale) {
      const reopened = await inventory.reopen(place, id, { seats, withheld });
      if (reopened.kind !== 'released' && reopened.kind !== 'reduced') continue;
      mended.refunds += 1;
      await announceReopened(deps, place, id, reopened);
    }
    const owning: Owner[] = [
      ...found.lacking.map(({ id, buyerId, seats }) => ({ orderId: id, buyerId, seats })),
      ...found.unwithheld.map(({ id, buyerId, withheld, seats }) => ({
        orderId: id,
        buyerId,
        seats: withheld,
        withheld: seats.length > 0 ? ('in_part' as const) : ('wholly' as const),
      })),
    ];
    for (let at = 0; at < owning.length; at += ordersPerCall) {
      const owners = owning.slice(at, at + ordersPerCall);
      const followed = await followOrders(deps, place, owners);
      mended.sales += owners.length;
      mended.yielded += followed.yielded.length;
      mended.blocked ||= followed.kind === 'blocked';
    }
    if (found.stale.length + owning.length > 0) {
      const ids = (list: Order[]) => list.map(({ id }) => id);
      log.warn(
        {
          ...place,
          sales: ids(found.lacking),
          refunds: ids(found.stale),
          withheld: ids(found.unwithheld),
        },
        'Redis had lost orders or refunds and was corrected from MySQL',
      );
    }
  }
  mended.unexplained = [...sold].filter((seat) => !explained.has(seat));
  return mended;
}

/** What Redis lacks of these orders, and which of its sold seats they explain. */
function compare(orders: readonly Order[], holds: ReadonlyMap<string, Hold>, sold: ReadonlySet<string>) {
  const soldSeatsOf = ({ id }: Order) => {
    const hold = holds.get(id);
    return hold?.state === 'sold' ? hold.seats : undefined;
  };
  return {
    /** Redis has not heard that seats of them were refunded. */
    stale: orders.filter((order) => soldSeatsOf(order)?.some((seat) => order.reopened.includes(seat))),
    lacking: orders.filter((order) => {
      const { isSettled, seats } = order;
      return isSettled && seats.length > 0 && (!soldSeatsOf(order) || seats.some((seat) => !sold.has(seat)));
    }),
    unwithheld: orders.filter(({ withheld }) => withheld.some((seat) => !sold.has(seat))),
    explained: orders.flatMap((order) => [
      ...order.seats,
      ...order.changing,
      ...order.withheld,
      ...(soldSeatsOf(order) ?? []),
    ]),
  };
}

function soldSeats(map: readonly string[]): Set<string> {
  return new Set(
    map.flatMap((row, index) =>
      Array.from(row).flatMap((state, at) => (state === 's' ? [`${index}.${at + 1}`] : [])),
    ),
  );
}

async function readOrders({ db }: MendDeps, dropId: number, settledAfterMs: number): Promise<Order[]> {
  const since = ago(db, settledAfterMs);
  type Row = Pick<Order, 'id' | 'partition' | 'buyerId'> & {
    seat: string;
    state: 'valid' | 'refunded' | 'reopened';
    settled: number;
  };
  // A refund without a row is that of the whole order by the previous version.
  const rows: Row[] = await db('orders as o')
    .join('order_seats as s', 's.order_id', 'o.id')
    .leftJoin('refunds as r', (on) => void on.on('r.order_id', 's.order_id').andOn('r.number', 's.refund'))
    .where('o.drop_id', dropId)
    .select({ id: 'o.id', partition: 'o.partition', buyerId: 'o.user_id', seat: 's.seat_id' })
    .select(
      db.raw(
        `case when coalesce(r.status, o.status) not in ('done', 'refunded') then 'valid'
          when if(r.status is null, o.reopened_at, r.reopened_at) <= ? then 'reopened' else 'refunded' end as state`,
        [since],
      ),
    )
    .select(db.raw('o.created_at <= ? as settled', [since]));
  const kept = new Set(
    (await readWithheld(db, dropId)).map(({ order_id, seat_id }) => `${order_id} ${seat_id}`),
  );
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((seatRows) => {
    const { id, partition, buyerId, settled } = seatRows[0]!;
    const seatsIn = (wanted: Row['state']) =>
      seatRows.filter(({ state }) => state === wanted).map(({ seat }) => seat);
    const reopened = seatsIn('reopened');
    const withheld = reopened.filter((seat) => kept.has(`${id} ${seat}`));
    return {
      id,
      partition,
      buyerId,
      isSettled: settled === 1,
      seats: seatsIn('valid'),
      reopened,
      withheld,
      changing: seatsIn('refunded'),
    };
  });
}

type Hold = NonNullable<Awaited<ReturnType<Inventory['holds']>>[number]>;

async function holdsOf(
  { inventory }: MendDeps,
  place: Place,
  orders: readonly Order[],
): Promise<Map<string, Hold>> {
  const found = new Map<string, Hold>();
  for (let at = 0; at < orders.length; at += ordersPerCall) {
    const ids = orders.slice(at, at + ordersPerCall).map(({ id }) => id);
    const holds = await inventory.holds(place, ids);
    for (const [index, hold] of holds.entries()) if (hold) found.set(ids[index]!, hold);
  }
  return found;
}
