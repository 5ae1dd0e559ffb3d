/**
 * Corrects Redis from MySQL. Redis can lose writes when a replica takes over before it has received the last ones:
 * sold seats then look free and are given to buyers whom MySQL will refuse, and refunded seats stay sold. This
 * compares all orders of a drop with Redis and makes Redis agree with MySQL. Each step is safe to repeat and to run
 * in several processes at once.
 */
import { places } from '../../shared/inventory/keys.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { followOrders } from '../checkout/seat-owners.ts';
import type { Deps } from '../deps.ts';
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
  /** Its seats are on sale again or about to be. */
  isRefunded: boolean;
  /** Redis should know its current state by now. */
  isSettled: boolean;
  seats: string[];
  /** Of a refunded order: seats that stay sold because their tickets were used. */
  withheld: string[];
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
    const states = await statesOf(deps, place, own);
    const stale = own.filter(
      ({ id, isRefunded, isSettled }) => isRefunded && isSettled && states.get(id) === 'sold',
    );
    const lacking = own.filter(
      ({ id, isRefunded, isSettled, seats }) =>
        !isRefunded && isSettled && (states.get(id) !== 'sold' || seats.some((seat) => !sold.has(seat))),
    );
    const unwithheld = own.filter(
      ({ id, isSettled, withheld }) =>
        isSettled && states.get(id) !== 'sold' && withheld.some((seat) => !sold.has(seat)),
    );
    for (const { id, isRefunded, isSettled, seats, withheld } of own)
      for (const seat of !isRefunded || !isSettled || states.get(id) === 'sold' ? seats : withheld)
        explained.add(seat);

    // Refunds first, since their seats may belong to an order that follows.
    for (const { id, withheld } of stale) {
      const reopened = await inventory.reopen(place, id, withheld);
      if (reopened.kind !== 'released') continue;
      mended.refunds += 1;
      await deps.announcer.promoted(place, reopened.promoted, { ...reopened, reason: 'refunded' });
    }
    const owning = [
      ...lacking.map(({ id, ...order }) => ({ orderId: id, ...order })),
      ...unwithheld.map(({ id, buyerId, withheld }) => ({
        orderId: id,
        buyerId,
        seats: withheld,
        isWithheld: true,
      })),
    ];
    for (let at = 0; at < owning.length; at += ordersPerCall) {
      const owners = owning.slice(at, at + ordersPerCall);
      const followed = await followOrders(deps, place, owners);
      mended.sales += owners.length;
      mended.yielded += followed.yielded.length;
      mended.blocked ||= followed.kind === 'blocked';
    }
    if (stale.length + owning.length > 0) {
      const ids = (list: Order[]) => list.map(({ id }) => id);
      log.warn(
        { ...place, sales: ids(lacking), refunds: ids(stale), withheld: ids(unwithheld) },
        'Redis had lost orders or refunds and was corrected from MySQL',
      );
    }
  }
  mended.unexplained = [...sold].filter((seat) => !explained.has(seat));
  return mended;
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
  type Row = Omit<Order, 'seats' | 'withheld' | 'isRefunded' | 'isSettled'> &
    Record<'refunded' | 'settled', number | null>;
  const rows: (Row & { seat: string })[] = await db('orders as o')
    .join('order_seats as s', 's.order_id', 'o.id')
    .where('o.drop_id', dropId)
    .select({ id: 'o.id', partition: 'o.partition', buyerId: 'o.user_id', seat: 's.seat_id' })
    .select(db.raw("o.status = 'refunded' as refunded"))
    .select(db.raw("if(o.status = 'refunded', o.reopened_at, o.created_at) <= ? as settled", [since]));
  const kept = Map.groupBy(await readWithheld(db, dropId), ({ order_id }) => order_id);
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((seatRows) => {
    const { id, partition, buyerId, refunded, settled } = seatRows[0]!;
    const seats = seatRows.map(({ seat }) => seat);
    // `settled` is null if the seats were not put on sale again yet.
    const withheld = (kept.get(id) ?? []).map(({ seat_id }) => seat_id);
    return { id, partition, buyerId, isRefunded: refunded === 1, isSettled: settled === 1, seats, withheld };
  });
}

async function statesOf({ inventory }: MendDeps, place: Place, orders: readonly Order[]) {
  const states = new Map<string, string>();
  for (let at = 0; at < orders.length; at += ordersPerCall) {
    const ids = orders.slice(at, at + ordersPerCall).map(({ id }) => id);
    const holds = await inventory.holds(place, ids);
    for (const [index, hold] of holds.entries()) if (hold) states.set(ids[index]!, hold.state);
  }
  return states;
}
