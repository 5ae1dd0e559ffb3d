/** Writes which seats of an order are to be refunded. From then on the refund happens, whatever crashes. */
import { refundOf } from '../../shared/contract/refund-amount.ts';
import {
  readOrderSeats,
  readRefunds,
  type OrderSeat,
  type RefundRow,
} from '../../shared/drops/order-seats.ts';
import { retried, transact, type Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { OrderRow } from './present-orders.ts';

/**
 * Marks paid orders for the refund of all they have left, whether or not tickets were used, and returns how many. The
 * tickets can no longer be checked in: a check-in locks the order first. The duty writes the refund of each order.
 */
export async function requestRefunds(
  db: Database,
  which: { id: string } | { drop_id: number },
): Promise<number> {
  return retried(db, () =>
    db('orders')
      .where({ ...which, status: 'paid' })
      .update({ status: 'refund_due', updated_at: new Date() }),
  );
}

/** A seat whose ticket was checked in. */
export type UsedSeat = { seat_id: string; checked_in_at: Date };

export type RefundAsked = {
  /** Without it, all seats that the order has left. */
  seats?: readonly string[] | undefined;
  /** Whether to refund used tickets too. */
  force: boolean;
  by?: { userId: number; role: string };
  reason?: RefundRow['reason'];
  keepPercent?: number;
  /** Set if staff asks for it: written to the audit log. */
  staff?: Actor | undefined;
};

/**
 * Marks seats of an order for refund, unless one of their tickets was used: then nothing changes and the seats of
 * those tickets are returned. The order's row is locked, so a check-in or another refund comes entirely before or after.
 * @throws {Problem} already_refunded, or invalid_request for a seat that the order does not have; nothing has changed
 */
export function requestRefund(db: Database, id: string, asked: RefundAsked): Promise<UsedSeat[]> {
  return transact(db, async (trx) => {
    const order = await lockOrder(trx, id);
    if (!order) return [];
    const all = await readOrderSeats(trx, { orderIds: [id] });
    const chosen = choose(all, asked.seats);
    if (chosen.length === 0) return [];
    const wanted = new Set(chosen);
    const used = asked.force ? [] : (await usedSeats(trx, id)).filter(({ seat_id }) => wanted.has(seat_id));
    if (used.length > 0) return used;
    await writeRefund(trx, order, chosen, asked);
    if (all.every(({ seat_id, state }) => state !== 'valid' || wanted.has(seat_id)))
      await trx('orders').where({ id, status: 'paid' }).update({ status: 'refund_due' });
    return [];
  });
}

function choose(all: readonly OrderSeat[], seats: readonly string[] | undefined): string[] {
  const valid = all.filter(({ state }) => state === 'valid').map(({ seat_id }) => seat_id);
  if (!seats) return valid;
  for (const [index, seat] of seats.entries())
    if (!all.some(({ seat_id }) => seat_id === seat)) throw invalid(`/seats/${index}`, 'not_in_order');
  const gone = seats.filter((seat) => !valid.includes(seat));
  if (gone.length > 0) throw new Problem('already_refunded', { extensions: { seats: gone } });
  return [...seats];
}

/**
 * Writes the refund of all that an order has left which is to be refunded as a whole: its drop is cancelled, or the
 * previous version marked it. Does nothing if that is written.
 */
export function writeWholeRefund(db: Database, id: string): Promise<void> {
  return transact(db, async (trx) => {
    const order = await lockOrder(trx, id);
    if (order?.status !== 'refund_due') return;
    const seats = await readOrderSeats(trx, { orderIds: [id] });
    const left = seats.filter(({ refund }) => refund === null).map(({ seat_id }) => seat_id);
    if (left.length === 0) return;
    await writeRefund(trx, order, left, await askerOf(trx, order));
  });
}

/** Why and by whom a whole order is refunded that nobody asked to refund by itself. */
async function askerOf(
  trx: Database,
  { drop_id }: Pick<OrderRow, 'drop_id'>,
): Promise<Pick<RefundAsked, 'by' | 'reason'>> {
  type Row = { cancelled_at: Date | null; cancelled_by: number | null; organizer_id: number };
  const drop: Row | undefined = await trx('drops')
    .join('events', 'events.id', 'drops.event_id')
    .where('drops.id', drop_id)
    .first('cancelled_at', 'cancelled_by', 'organizer_id');
  if (!drop?.cancelled_at) return { reason: 'organizer' };
  const userId = drop.cancelled_by;
  if (userId === null) return { reason: 'cancelled' };
  // Nobody but these two may cancel a drop.
  return { reason: 'cancelled', by: { userId, role: userId === drop.organizer_id ? 'organizer' : 'admin' } };
}

/** Writes a refund of these seats, none of which has one. The caller has locked the order. */
async function writeRefund(
  trx: Database,
  { id, amount, currency }: OrderRow,
  seats: readonly string[],
  { by, reason = 'organizer', keepPercent, staff, force }: Partial<RefundAsked>,
): Promise<void> {
  const all = await readOrderSeats(trx, { orderIds: [id] });
  const earlier = await readRefunds(trx, { orderIds: [id] });
  const before = {
    amount: earlier.reduce((sum, refund) => sum + refund.amount + refund.kept, 0),
    seats: all.filter(({ refund }) => refund !== null).map(({ seat_id }) => seat_id),
  };
  const order = { amount, seats: all.map(({ seat_id }) => seat_id) };
  const number = (earlier.at(-1)?.number ?? 0) + 1;
  const money = refundOf(order, seats, before, keepPercent);
  await trx('refunds').insert({
    order_id: id,
    number,
    ...money,
    currency,
    reason,
    asked_by: by?.userId ?? null,
    asked_as: by?.role ?? null,
    status: 'due',
  });
  const marked = await trx('order_seats')
    .where({ order_id: id })
    .whereIn('seat_id', [...seats])
    .whereNull('refund')
    .update({ refund: number });
  if (marked !== seats.length) throw new Error(`a seat of order ${id} got a second refund`);
  await trx('orders').where({ id }).update({ updated_at: new Date() });
  if (!staff) return;
  await recordAct(trx, staff, {
    act: 'refund_requested',
    subject: { kind: 'order', id },
    before: null,
    after: { refund: number, seats, amount: { amount: money.amount, currency }, force: force === true },
  });
}

export function lockOrder(trx: Database, id: string): Promise<OrderRow | undefined> {
  return trx<OrderRow>('orders').where({ id }).forUpdate().first();
}

export function usedSeats(db: Database, orderId: string): Promise<UsedSeat[]> {
  return db('check_ins').where({ order_id: orderId }).orderBy('seat_id').select('seat_id', 'checked_in_at');
}
