/**
 * Carries out refunds and puts their seats on sale again, standby first. The steps cross MySQL, the provider and Redis;
 * the row of the refund records how far it is, and the duty (refund-duty.ts) continues from there.
 */
import { readOrderSeats, type OrderSeat, type RefundRow } from '../../shared/drops/order-seats.ts';
import { retried, transact } from '../../shared/mysql/connect.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { chargeOf, findAttempt, moveAttempt } from '../checkout/payment-attempt.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { ReopenedSeats } from '../../shared/inventory/payments.ts';
import { allOwnLines } from '../../shared/ledger/own-lines.ts';
import { decodeRecord } from '../../shared/ledger/record.ts';
import type { Worked } from '../../shared/tier/work-off.ts';
import { providerOf } from '../checkout/settle.ts';
import type { Deps } from '../deps.ts';
import { askAboutRefund } from '../payments/ask-about-refunds.ts';
import { refundKey, type RefundResult } from '../payments/provider.ts';
import { announceReopened } from './announce-reopened.ts';
import { lockOrder, usedSeats, writeWholeRefund } from './request-refund.ts';

type OrderToRefund = {
  id: string;
  drop_id: number;
  user_id: number;
  partition: number;
  attempt: number;
  status: 'paid' | 'refund_due' | 'refunded';
  reopened_at: Date | null;
};

export type RefundDeps = Pick<Deps, 'db' | 'inventory' | 'announcer' | 'payments' | 'log'>;

/** Takes the refunds of an order as far as they get now. Safe to repeat, and by several at once. */
export async function advanceRefund(deps: RefundDeps, orderId: string): Promise<Worked> {
  const worked = await refundCharge(deps, orderId);
  await reopenRefunded(deps, orderId);
  return worked;
}

/** The same as far as it needs no Redis. */
export async function refundCharge(deps: RefundDeps, orderId: string): Promise<Worked> {
  const { db } = deps;
  const order = await readOrder(db, orderId);
  if (!order) return 'done';
  if (order.status === 'refund_due') await writeWholeRefund(db, orderId);
  const due = await db<RefundRow>('refunds').where({ order_id: orderId, status: 'due' }).orderBy('number');
  // An order without seats, which nothing here places.
  let worked: Worked = order.status === 'refund_due' && due.length === 0 ? 'later' : 'done';
  // One that the provider refuses must not hold up the others.
  for (const refund of due) {
    const result = await giveBack(deps, order, refund);
    if (result.kind === 'refunded') await recordRefund(deps, order, refund.number, result.ref);
    else worked = 'later';
    if (result.kind === 'failed') await recordFailure(deps, refund, result.reason);
  }
  for (const refund of await db<RefundRow>('refunds')
    .where({ order_id: orderId })
    .whereNotNull('returned_at'))
    if (!(await sendAgain(deps, order, refund))) worked = 'later';
  return worked;
}

/** Sends the money of a refund again that came back. Its seats are refunded already. */
async function sendAgain(deps: RefundDeps, order: OrderToRefund, refund: RefundRow): Promise<boolean> {
  const result = await giveBack(deps, order, refund);
  const returned = { order_id: refund.order_id, number: refund.number };
  if (result.kind === 'refunded')
    await transact(deps.db, async (trx) => {
      const sent = {
        returned_at: null,
        provider_ref: result.ref ?? null,
        failure: null,
        updated_at: new Date(),
      };
      const marked = await trx('refunds').where(returned).whereNotNull('returned_at').update(sent);
      if (marked > 0) await askAboutAccepted(trx, deps, order, result.ref);
    });
  if (result.kind === 'failed') await recordFailure(deps, refund, result.reason);
  return result.kind === 'refunded';
}

/** Without an id of the provider, nothing was given back that could fail. */
async function askAboutAccepted(
  trx: Database,
  { payments }: RefundDeps,
  { id, attempt }: OrderToRefund,
  ref: string | undefined,
): Promise<void> {
  if (ref !== undefined) await askAboutRefund(trx, payments, { holdId: id, attempt });
}

async function giveBack(
  deps: RefundDeps,
  { id, attempt: number }: OrderToRefund,
  { number: refund, amount }: RefundRow,
): Promise<RefundResult> {
  // The organizer keeps all of it, or the seats cost nothing.
  if (amount === 0) return { kind: 'refunded' };
  const attempt = await findAttempt(deps.db, { holdId: id, attempt: number });
  if (!attempt) throw new Error(`the payment attempt of order ${id} does not exist`);
  const payments = providerOf(deps, attempt);
  if (!payments) return { kind: 'failed', reason: 'other_provider' };
  const charge = chargeOf(attempt);
  return payments.refund({ charge, key: refundKey(charge, refund), amount });
}

/** Records why a refund failed, for the organizer, who can see it on the order. It is tried again. */
async function recordFailure(
  { db, log }: RefundDeps,
  { order_id, number, failure }: RefundRow,
  reason: string,
): Promise<void> {
  if (failure !== reason)
    log.error({ orderId: order_id, refund: number, reason }, 'the provider did not carry out a refund');
  await retried(db, () =>
    db('refunds')
      .where({ order_id, number })
      .where((open) => void open.where({ status: 'due' }).orWhereNotNull('returned_at'))
      .update({ failure: reason.slice(0, 100), updated_at: new Date() })
      .increment('tries', 1),
  );
}

function readOrder(db: Database, id: string): Promise<OrderToRefund | undefined> {
  return db<OrderToRefund>('orders').where({ id }).first();
}

/**
 * Deletes the seats from `sold_seats` before Redis offers them again, so that their next order finds them free. The
 * seat of a used ticket stays there as withheld, since its holder may be sitting in it. Nobody has been checked in on
 * these seats since the refund was requested.
 */
async function recordRefund(
  deps: RefundDeps,
  order: OrderToRefund,
  number: number,
  ref: string | undefined,
): Promise<void> {
  const { id, drop_id, attempt } = order;
  await transact(deps.db, async (trx) => {
    await lockOrder(trx, id);
    const done = { status: 'done', provider_ref: ref ?? null, failure: null, updated_at: new Date() };
    const marked = await trx('refunds').where({ order_id: id, number, status: 'due' }).update(done);
    if (marked === 0) return;
    const seats = await readOrderSeats(trx, { orderIds: [id] });
    const own = seats.filter(({ refund }) => refund === number).map(({ seat_id }) => seat_id);
    const used = (await usedSeats(trx, id)).filter(({ seat_id }) => own.includes(seat_id));
    if (used.length > 0)
      await withhold(
        trx,
        { id, drop_id },
        used.map(({ seat_id }) => seat_id),
      );
    await trx('sold_seats').where({ order_id: id }).whereIn('seat_id', own).whereNull('withheld_at').delete();
    await trx('outbox').insert({
      topic: 'order-refunded',
      payload: JSON.stringify({ orderId: id, refund: number }),
    });
    const isWhole = seats.every(({ state }) => state === 'refunded' || state === 'reopened');
    await trx('orders')
      .where({ id })
      .update({ updated_at: new Date(), ...(isWhole && { status: 'refunded' }) });
    if (isWhole) await moveAttempt(trx, { holdId: id, attempt }, 'approved', 'refunded');
    await askAboutAccepted(trx, deps, order, ref);
  });
}

async function withhold(
  trx: Database,
  { id, drop_id }: Pick<OrderToRefund, 'id' | 'drop_id'>,
  seats: readonly string[],
): Promise<void> {
  // The lock keeps the drop from being cancelled between this read and the commit.
  const drop = await trx('drops').where({ id: drop_id }).forShare().first('cancelled_at');
  await trx('sold_seats')
    .where({ order_id: id })
    .whereIn('seat_id', [...seats])
    .update({ withheld_at: new Date() });
  if (drop?.cancelled_at) await freeSeatNames(trx, drop_id);
}

/**
 * Frees the withheld seats of a cancelled drop in the event, though they stay sold in the drop: a replacement drop
 * may sell seats of the same names.
 */
export async function freeSeatNames(trx: Database, dropId: number): Promise<void> {
  await trx('sold_seats').where({ drop_id: dropId }).whereNotNull('withheld_at').update({ event_id: null });
}

/** Puts all seats of an order on sale again whose money has gone back. */
export async function reopenRefunded(deps: RefundDeps, orderId: string): Promise<void> {
  const { db } = deps;
  const order = await readOrder(db, orderId);
  if (!order) return;
  const seats = await readOrderSeats(db, { orderIds: [order.id] });
  const due = seats.filter(({ state }) => state === 'refunded');
  if (due.length === 0) return;
  await reopen(deps, order, due);
  const numbers = [...new Set(due.map(({ refund }) => refund))];
  await retried(db, async () => {
    const reopened = { reopened_at: new Date() };
    await db('refunds')
      .where({ order_id: order.id })
      .whereIn(
        'number',
        numbers.filter((number) => number !== null),
      )
      .update(reopened);
    const isWhole = seats.every(({ state }) => state === 'refunded' || state === 'reopened');
    if (isWhole) await db('orders').where({ id: order.id }).update(reopened);
  });
}

async function reopen(deps: RefundDeps, order: OrderToRefund, due: readonly OrderSeat[]): Promise<void> {
  const { db, inventory, log } = deps;
  const place = { dropId: order.drop_id, partition: order.partition };
  const kept: { seat_id: string }[] = await db('sold_seats')
    .where({ order_id: order.id })
    .whereNotNull('withheld_at')
    .select('seat_id');
  const refunded = {
    seats: due.map(({ seat_id }) => seat_id),
    withheld: kept.map(({ seat_id }) => seat_id),
  };
  let result = await inventory.reopen(place, order.id, refunded);
  if (result.kind === 'retired') result = await reopenRetired(deps, place, order, refunded);
  if (result.kind === 'unknown')
    log.warn({ orderId: order.id, ...place }, 'Redis has no hold for this order');
  await announceReopened(deps, place, order.id, result);
}

/**
 * Reopens seats of a retired drop. Redis has deleted the hold, so the ledger says which seats it had and which were
 * refunded before.
 */
async function reopenRetired(
  { db, inventory }: RefundDeps,
  place: Place,
  { id, user_id: buyerId }: OrderToRefund,
  refunded: ReopenedSeats,
): ReturnType<Inventory['reopen']> {
  const lines = await allOwnLines({ db, inventory }, place, buyerId);
  let seats: string[] = [];
  let isSold = false;
  for (const { streamId, fields } of lines) {
    const record = decodeRecord(streamId, fields);
    if (!('holdId' in record) || record.holdId !== id) continue;
    if (record.kind === 'sold') {
      seats = [...seats, ...record.seats];
      isSold = true;
    } else if (record.kind === 'refund') seats = seats.filter((seat) => !record.seats.includes(seat));
  }
  if (!isSold) return { kind: 'unknown' };
  if (seats.length === 0) return { kind: 'settled', state: 'released' };
  return inventory.reopen(place, id, refunded, { buyerId, seats });
}

/** An order with an unfinished refund. */
export type OpenRefund = { id: string; place: Place };

/** Whose money is due; whose seats are not back on sale. */
export type Unfinished = 'money' | 'seats';

/** A page of orders with unfinished refunds, by id. */
export async function openRefunds(
  db: Database,
  what: Unfinished,
  after: OpenRefund | undefined,
  limit: number,
): Promise<OpenRefund[]> {
  type Row = { id: string; drop_id: number; partition: number };
  const columns = ['o.id', 'o.drop_id', 'o.partition'];
  const whole = db('orders as o')
    .where({ 'o.status': what === 'money' ? 'refund_due' : 'refunded' })
    .whereNull('o.reopened_at')
    .orderBy('o.id')
    .limit(limit)
    .select(columns);
  const some = db('refunds as r')
    .join('orders as o', 'o.id', 'r.order_id')
    .where({ 'r.status': what === 'money' ? 'due' : 'done' })
    .whereNull('r.reopened_at')
    .orderBy('o.id')
    .limit(limit)
    .distinct(columns);
  const returned = db('refunds as r')
    .join('orders as o', 'o.id', 'r.order_id')
    .whereNotNull('r.returned_at')
    .orderBy('o.id')
    .limit(limit)
    .distinct(columns);
  if (after) for (const query of [whole, some, returned]) void query.where('o.id', '>', after.id);
  const rows: Row[] = [...(await whole), ...(await some), ...(what === 'money' ? await returned : [])];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...byId.values()]
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id, drop_id: dropId, partition }) => ({ id, place: { dropId, partition } }));
}
