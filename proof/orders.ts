import { loadDrops, type Drop } from '../shared/drops/drop.ts';
import { readWithheld } from '../shared/drops/withheld-seats.ts';
import { seatNameOf, takenSections, type SeatName } from '../shared/inventory/seat-names.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Replay, ReplayedHold } from './replay.ts';
import type { Report } from './violation.ts';

export type Order = {
  id: string;
  partition: number;
  user_id: number;
  attempt: number;
  amount: number;
  currency: string;
  status: 'paid' | 'refund_due' | 'refunded';
  reopened_at: Date | null;
  created_at: Date;
  seats: string[];
  /** Seats of a refunded order that stay sold, since their tickets were used. */
  withheld: string[];
};

/**
 * Checks that MySQL and Redis have the same orders (rules 1, 2 and 6): each sold hold is an order of the same buyer
 * with the same seats, each seat of a paid order is in sold_seats and no other is, and each order has its e-mail.
 */
export async function checkOrders(
  db: Database,
  drop: Drop,
  replays: readonly Replay[],
  report: Report,
): Promise<Order[]> {
  const orders = await readOrders(db, drop.id);
  const holds = new Map(replays.flatMap((replay) => [...replay.holds]));
  const holding = new Set(orders.filter(holdsSeats).map(({ id }) => id));

  const owners = new Map<string, string>();
  const own = (seat: string, { id }: Order) => {
    const other = owners.get(seat);
    if (other !== undefined) report('1 one owner', `seat ${seat} is in two orders`, [other, id]);
    owners.set(seat, id);
  };
  for (const order of orders) {
    if (order.status === 'refunded') {
      if (order.reopened_at !== null) checkWithheld(order, replays, report);
      for (const seat of order.withheld) own(seat, order);
      continue;
    }
    if (order.status === 'paid') checkAgainstHold(order, holds.get(order.id), drop, report);
    for (const seat of order.seats) own(seat, order);
  }
  for (const hold of holds.values()) {
    if (hold.state === 'sold' && !holding.has(hold.holdId))
      report('1 one owner', `hold ${hold.holdId} is sold in Redis without a paid order`, hold);
  }
  await checkSoldSeats(db, drop.id, owners, report);
  await checkEvent(db, drop, report);
  await checkOutbox(db, orders, report);
  return orders;
}

/** Whether the order is paid, or refunded while its seats are not back on sale yet. */
function holdsSeats({ status, reopened_at }: Order): boolean {
  return status !== 'refunded' || reopened_at === null;
}

/** How long it may take until Redis knows of an order, milliseconds: by then the reconciler has told it. */
const orderInRedisMs = 30_000;

export async function readOrders(db: Database, dropId: number): Promise<Order[]> {
  const rows: Omit<Order, 'seats' | 'withheld'>[] = await db('orders').where({ drop_id: dropId });
  const seats: { order_id: string; seat_id: string }[] = await db('order_seats')
    .join('orders', 'orders.id', 'order_seats.order_id')
    .where('orders.drop_id', dropId)
    .select('order_id', 'seat_id');
  const byOrder = Map.groupBy(seats, ({ order_id }) => order_id);
  const kept = Map.groupBy(await readWithheld(db, dropId), ({ order_id }) => order_id);
  const ids = (sold: { seat_id: string }[] = []) => sold.map(({ seat_id }) => seat_id);
  return rows.map((row) => ({ ...row, seats: ids(byOrder.get(row.id)), withheld: ids(kept.get(row.id)) }));
}

/** Checks that MySQL and the ledger have the same seats of a refunded order as withheld. */
function checkWithheld({ id, withheld, seats }: Order, replays: readonly Replay[], report: Report): void {
  const played = replays.flatMap((replay) => seats.filter((seat) => replay.withheld.get(seat) === id));
  if (played.toSorted().join() !== withheld.toSorted().join())
    report('1 one owner', `of refunded order ${id} other seats are withheld than MySQL has`, {
      ledger: played,
      mysql: withheld,
    });
}

function checkAgainstHold(order: Order, hold: ReplayedHold | undefined, drop: Drop, report: Report): void {
  if (hold?.state === 'paying' && Date.now() - order.created_at.getTime() < orderInRedisMs) return;
  if (hold?.state !== 'sold') {
    report('1 one owner', `order ${order.id} is paid, but its hold is not sold in Redis`, { order, hold });
    return;
  }
  if (hold.buyerId !== order.user_id || hold.seats.toSorted().join() !== order.seats.toSorted().join())
    report('1 one owner', `order ${order.id} is not what was held`, { order, hold });
  if (order.amount !== drop.price.amount * order.seats.length || order.currency !== drop.price.currency)
    report('5 money', `order ${order.id} has another price than its seats`, order);
}

async function checkSoldSeats(
  db: Database,
  dropId: number,
  owners: ReadonlyMap<string, string>,
  report: Report,
): Promise<void> {
  const rows: { seat_id: string; order_id: string }[] = await db('sold_seats').where({ drop_id: dropId });
  for (const { seat_id, order_id } of rows) {
    if (owners.get(seat_id) !== order_id)
      report('1 one owner', `seat ${seat_id} is sold to an order that does not have it`, { order_id });
  }
  if (rows.length !== owners.size) {
    const sold = new Set(rows.map(({ seat_id }) => seat_id));
    const missing = [...owners].filter(([seat]) => !sold.has(seat));
    report('1 one owner', 'seats of paid orders are not in sold_seats', missing.slice(0, 20));
  }
}

type SoldSeat = { seat_id: string; order_id: string; event_id: number | null } & SeatName;

/** Checks that no seat is sold in another drop of the event too, and that MySQL has the right name for each. */
async function checkEvent(db: Database, drop: Drop, report: Report): Promise<void> {
  const soldIn = async ({ id, sections }: Pick<Drop, 'id' | 'sections'>) => {
    const rows: SoldSeat[] = await db('sold_seats').where({ drop_id: id });
    return rows.map((row) => ({ row, name: seatNameOf(row.seat_id, sections) }));
  };
  const sold = await soldIn(drop);
  for (const { row, name } of sold) {
    // No event: sold by code from before seats had names; it gets its name soon.
    if (row.event_id === null) continue;
    const isRight =
      row.event_id === drop.eventId &&
      row.section_key === name.section_key &&
      row.row_label === name.row_label &&
      row.seat_number === name.seat_number;
    if (!isRight) report('1 one owner', `seat ${row.seat_id} has another seat’s name in MySQL`, row);
  }
  const others = (await loadDrops(db, { eventId: drop.eventId })).filter(
    ({ id, cancelled }) => id !== drop.id && !cancelled,
  );
  if (drop.cancelled || takenSections(drop.sections, others).length === 0) return;
  const keyOf = (name: SeatName) => JSON.stringify(Object.values(name));
  const here = new Map(sold.map(({ row, name }) => [keyOf(name), row]));
  for (const other of others) {
    for (const { row, name } of await soldIn(other)) {
      const own = here.get(keyOf(name));
      if (own)
        report('1 one owner', `seat ${own.seat_id} is sold in drop ${other.id} of the event too`, [own, row]);
    }
  }
}

async function checkOutbox(db: Database, orders: readonly Order[], report: Report): Promise<void> {
  const wanted = new Set(orders.map(({ id }) => id));
  const sent = new Map<string, number>();
  const rows: { payload: string | { orderId?: string } }[] = await db('outbox')
    .where({ topic: 'order-paid' })
    .select('payload');
  for (const { payload } of rows) {
    // MySQL returns a JSON column parsed, MariaDB as text.
    const { orderId = '' } =
      typeof payload === 'string' ? (JSON.parse(payload) as { orderId?: string }) : payload;
    if (wanted.has(orderId)) sent.set(orderId, (sent.get(orderId) ?? 0) + 1);
  }
  for (const { id } of orders) {
    if (sent.get(id) !== 1)
      report('nothing left over', `order ${id} has ${sent.get(id) ?? 0} e-mails to send instead of one`, {
        id,
      });
  }
}
