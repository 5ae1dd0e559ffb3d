/**
 * Refunds an order and puts its seats on sale again, standby first. The steps cross MySQL, the provider and Redis;
 * the order's row records how far the refund is, and the duty (refund-duty.ts) continues from there.
 */
import { retried, transact } from '../../shared/mysql/connect.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { chargeOf, findAttempt, moveAttempt } from '../checkout/payment-attempt.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { allOwnLines } from '../../shared/ledger/own-lines.ts';
import { decodeRecord } from '../../shared/ledger/record.ts';
import type { Worked } from '../../shared/tier/work-off.ts';
import { isOurs } from '../checkout/settle.ts';
import type { Deps } from '../deps.ts';

type RefundRow = {
  id: string;
  drop_id: number;
  user_id: number;
  partition: number;
  attempt: number;
  status: 'paid' | 'refund_due' | 'refunded';
  reopened_at: Date | null;
};

export type RefundDeps = Pick<Deps, 'db' | 'inventory' | 'announcer' | 'payments' | 'log'>;

/**
 * Marks paid orders for refund, whether or not their tickets were used, and returns how many. From here on the refund
 * happens, whatever crashes. The tickets can no longer be checked in: a check-in locks the order first.
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

/**
 * Marks one order for refund, unless one of its tickets was used: then nothing changes and the seats of those tickets
 * are returned. The order's row is locked, so a check-in comes entirely before or fails.
 */
export function requestRefund(db: Database, id: string, { force }: { force: boolean }): Promise<UsedSeat[]> {
  return transact(db, async (trx) => {
    const order = await trx<RefundRow>('orders').where({ id }).forUpdate().first('status');
    if (order?.status !== 'paid') return [];
    const used = force ? [] : await usedSeats(trx, id);
    if (used.length === 0) await requestRefunds(trx, { id });
    return used;
  });
}

function usedSeats(db: Database, orderId: string): Promise<UsedSeat[]> {
  return db('check_ins').where({ order_id: orderId }).orderBy('seat_id').select('seat_id', 'checked_in_at');
}

/** Takes a refund as far as it gets now. Safe to repeat, and by several at once. */
export async function advanceRefund(deps: RefundDeps, orderId: string): Promise<Worked> {
  if ((await refundCharge(deps, orderId)) === 'later') return 'later';
  const row = await readOrder(deps.db, orderId);
  if (row?.status === 'refunded' && row.reopened_at === null) await reopenSeats(deps, row);
  return 'done';
}

/** The same as far as it needs no Redis. */
export async function refundCharge(deps: RefundDeps, orderId: string): Promise<Worked> {
  const row = await readOrder(deps.db, orderId);
  if (row?.status !== 'refund_due') return 'done';
  const attempt = await findAttempt(deps.db, { holdId: row.id, attempt: row.attempt });
  if (!attempt) throw new Error(`the payment attempt of order ${row.id} does not exist`);
  if (!isOurs(deps, attempt) || (await deps.payments.refund(chargeOf(attempt))) !== 'refunded')
    return 'later';
  await recordRefund(deps.db, row);
  return 'done';
}

function readOrder(db: Database, id: string): Promise<RefundRow | undefined> {
  return db<RefundRow>('orders').where({ id }).first();
}

/**
 * Deletes the seats from `sold_seats` before Redis offers them again, so that their next order finds them free. The
 * seat of a used ticket stays there as withheld, since its holder may be sitting in it. Nobody has been checked in
 * since the refund was requested.
 */
async function recordRefund(db: Database, { id, drop_id, attempt }: RefundRow): Promise<void> {
  await transact(db, async (trx) => {
    const marked = await trx('orders')
      .where({ id, status: 'refund_due' })
      .update({ status: 'refunded', updated_at: new Date() });
    if (marked === 0) return;
    await moveAttempt(trx, { holdId: id, attempt }, 'approved', 'refunded');
    const used = (await usedSeats(trx, id)).map(({ seat_id }) => seat_id);
    const sold = () => trx('sold_seats').where({ order_id: id });
    if (used.length > 0) {
      // The lock keeps the drop from being cancelled between this read and the commit.
      const drop = await trx('drops').where({ id: drop_id }).forShare().first('cancelled_at');
      await sold().whereIn('seat_id', used).update({ withheld_at: new Date() });
      if (drop?.cancelled_at) await freeSeatNames(trx, drop_id);
    }
    await sold().whereNull('withheld_at').delete();
    await trx('outbox').insert({ topic: 'order-refunded', payload: JSON.stringify({ orderId: id }) });
  });
}

/**
 * Frees the withheld seats of a cancelled drop in the event, though they stay sold in the drop: a replacement drop
 * may sell seats of the same names.
 */
export async function freeSeatNames(trx: Database, dropId: number): Promise<void> {
  await trx('sold_seats').where({ drop_id: dropId }).whereNotNull('withheld_at').update({ event_id: null });
}

async function reopenSeats(deps: RefundDeps, row: RefundRow): Promise<void> {
  const { db, inventory, announcer, log } = deps;
  const place = { dropId: row.drop_id, partition: row.partition };
  const rows: { seat_id: string }[] = await db('sold_seats')
    .where({ order_id: row.id })
    .whereNotNull('withheld_at')
    .select('seat_id');
  const withheld = rows.map(({ seat_id }) => seat_id);
  let result = await inventory.reopen(place, row.id, withheld);
  if (result.kind === 'retired') result = await reopenRetired(deps, place, row, withheld);
  if (result.kind === 'released')
    await announcer.promoted(place, result.promoted, { ...result, reason: 'refunded' });
  if (result.kind === 'unknown') log.warn({ orderId: row.id, ...place }, 'Redis has no hold for this order');
  await retried(db, () => db('orders').where({ id: row.id }).update({ reopened_at: new Date() }));
}

/**
 * Reopens the seats of a retired drop. Redis has deleted the hold, so the ledger says which seats it had and whether
 * they were refunded before.
 */
async function reopenRetired(
  { db, inventory }: RefundDeps,
  place: Place,
  { id, user_id: buyerId }: RefundRow,
  withheld: readonly string[],
): ReturnType<Inventory['reopen']> {
  const lines = await allOwnLines({ db, inventory }, place, buyerId);
  const records = lines.map(({ streamId, fields }) => decodeRecord(streamId, fields));
  if (records.some((record) => record.kind === 'refund' && record.holdId === id))
    return { kind: 'settled', state: 'released' };
  const seats = records.flatMap((record) =>
    record.kind === 'sold' && record.holdId === id ? record.seats : [],
  );
  return seats.length === 0 ? { kind: 'unknown' } : inventory.reopen(place, id, withheld, { buyerId, seats });
}

/** An unfinished refund. */
export type OpenRefund = { id: string; place: Place };

/**
 * A page of unfinished refunds by id: with `refund_due` those whose money is due, with `refunded` those whose seats
 * are not back on sale.
 */
export async function openRefunds(
  db: Database,
  status: 'refund_due' | 'refunded',
  after: OpenRefund | undefined,
  limit: number,
): Promise<OpenRefund[]> {
  const query = db('orders')
    .where({ status })
    .whereNull('reopened_at')
    .orderBy('id')
    .limit(limit)
    .select('id', 'drop_id', 'partition');
  if (after) void query.where('id', '>', after.id);
  const rows = (await query) as { id: string; drop_id: number; partition: number }[];
  return rows.map(({ id, drop_id: dropId, partition }) => ({ id, place: { dropId, partition } }));
}
