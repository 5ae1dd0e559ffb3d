import { loadDrops, type Drop } from '../shared/drops/drop.ts';
import { refundOf } from '../shared/contract/refund-amount.ts';
import {
  readOrderSeats,
  readRefunds,
  type OrderStatus,
  type RefundRow,
  type SeatState,
} from '../shared/drops/order-seats.ts';
import { readWithheld } from '../shared/drops/withheld-seats.ts';
import { totalOf } from '../shared/contract/total.ts';
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
  status: OrderStatus;
  reopened_at: Date | null;
  created_at: Date;
  /** All seats that it was placed with. */
  seats: string[];
  /** Of these: those that it has, also if their money is due. */
  owned: string[];
  /** Those whose money has gone back, which Redis may still have as sold. */
  changing: string[];
  /** Those that are back on sale, or withheld. */
  reopened: string[];
  /** Refunded seats that stay sold, since their tickets were used. */
  withheld: string[];
  refunds: RefundOfOrder[];
};

type RefundOfOrder = Pick<RefundRow, 'number' | 'amount' | 'kept' | 'currency' | 'status'> & {
  seats: string[];
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
    if (order.reopened.length > 0 && order.changing.length === 0) checkWithheld(order, replays, report);
    for (const seat of [...order.owned, ...order.withheld]) own(seat, order);
    if (order.status === 'paid') checkAgainstHold(order, holds.get(order.id), drop, report);
    checkRefunds(order, report);
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

/** Whether Redis may have seats of it as sold. */
function holdsSeats({ owned, changing }: Order): boolean {
  return owned.length + changing.length > 0;
}

/** How long it may take until Redis knows of an order, milliseconds: by then the reconciler has told it. */
const orderInRedisMs = 30_000;

export async function readOrders(db: Database, dropId: number): Promise<Order[]> {
  type Row = Pick<
    Order,
    | 'id'
    | 'partition'
    | 'user_id'
    | 'attempt'
    | 'amount'
    | 'currency'
    | 'status'
    | 'reopened_at'
    | 'created_at'
  >;
  const rows: Row[] = await db('orders').where({ drop_id: dropId });
  const byOrder = Map.groupBy(await readOrderSeats(db, { dropId }), ({ order_id }) => order_id);
  const refunds = Map.groupBy(await readRefunds(db, { dropId }), ({ order_id }) => order_id);
  const kept = Map.groupBy(await readWithheld(db, dropId), ({ order_id }) => order_id);
  const ids = (sold: { seat_id: string }[] = []) => sold.map(({ seat_id }) => seat_id);
  return rows.map((row) => {
    const seats = byOrder.get(row.id) ?? [];
    const seatsIn = (...states: SeatState[]) => ids(seats.filter(({ state }) => states.includes(state)));
    return {
      ...row,
      seats: ids(seats),
      owned: seatsIn('valid', 'due'),
      changing: seatsIn('refunded'),
      reopened: seatsIn('reopened'),
      withheld: ids(kept.get(row.id)),
      refunds: (refunds.get(row.id) ?? []).map(({ number, ...refund }) => ({
        number,
        amount: refund.amount,
        kept: refund.kept,
        currency: refund.currency,
        status: refund.status,
        seats: ids(seats.filter((seat) => seat.refund === number)),
      })),
    };
  });
}

/** Checks that refunds give back no more than was paid, all of it in the end, and each seat once. */
function checkRefunds(order: Order, report: Report): void {
  const { id, amount, currency, refunds, status, seats } = order;
  const before = { amount: 0, seats: [] as string[] };
  for (const refund of refunds) {
    const part = refund.amount + refund.kept;
    const due = refundOf({ amount, seats }, refund.seats, before);
    if (refund.seats.length === 0 || part !== due.amount || refund.currency !== currency)
      report('5 money', `refund ${refund.number} of order ${id} is not what its seats cost`, {
        order,
        refund,
      });
    before.amount += part;
    before.seats.push(...refund.seats);
  }
  const isWhole = refunds.length > 0 && before.seats.length === seats.length;
  if (isWhole && before.amount !== amount)
    report('5 money', `the refunds of order ${id} are not what was paid for it`, order);
  const isDone = isWhole && refunds.every((refund) => refund.status === 'done');
  // The previous version refunded orders as a whole, without a row for the refund.
  if (refunds.length > 0 && isDone !== (status === 'refunded'))
    report('5 money', `order ${id} is ${status}, which its refunds are not`, order);
}

/** Checks that MySQL and the ledger have the same refunded seats of an order as withheld. */
function checkWithheld({ id, withheld, seats }: Order, replays: readonly Replay[], report: Report): void {
  const played = replays.flatMap((replay) => seats.filter((seat) => replay.withheld.get(seat) === id));
  if (played.toSorted().join() !== withheld.toSorted().join())
    report('1 one owner', `of order ${id} other refunded seats are withheld than MySQL has`, {
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
  // Redis may or may not have heard that the seats in `changing` are refunded.
  const known = hold.seats.filter((seat) => !order.changing.includes(seat));
  if (hold.buyerId !== order.user_id || known.toSorted().join() !== order.owned.toSorted().join())
    report('1 one owner', `order ${order.id} is not what was held`, { order, hold });
  const total = totalOf(drop, order.seats.length);
  if (order.amount !== total.amount || order.currency !== total.currency)
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
