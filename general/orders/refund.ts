/**
 * Gives an order's money back and puts its seats on sale again: standby first. The steps cross MySQL, the provider
 * and Redis; the order's row says how far it has come, and the reconciler goes on from there.
 */
import { transact } from '../../shared/mysql/connect.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { chargeOf, findAttempt, moveAttempt } from '../checkout/payment-attempt.ts';
import { isOurs } from '../checkout/settle.ts';
import type { SaleDeps } from '../sale-deps.ts';

type RefundRow = {
  id: string;
  drop_id: number;
  partition: number;
  attempt: number;
  status: 'paid' | 'refund_due' | 'refunded';
  reopened_at: Date | null;
};

/** Marks paid orders for a refund; from here on it happens, whatever crashes. Returns how many it marked. */
export async function requestRefunds(
  db: Database,
  which: { id: string } | { drop_id: number },
): Promise<number> {
  return db('orders')
    .where({ ...which, status: 'paid' })
    .update({ status: 'refund_due', updated_at: new Date() });
}

/** Takes a refund as far as it gets now. Safe to repeat, and by several at once. */
export async function advanceRefund(deps: SaleDeps, orderId: string): Promise<void> {
  const row = await deps.db<RefundRow>('orders').where({ id: orderId }).first();
  if (!row || row.status === 'paid') return;
  if (row.status === 'refund_due') {
    const attempt = await findAttempt(deps.db, { holdId: row.id, attempt: row.attempt });
    if (!attempt) throw new Error(`order ${row.id} was paid by no attempt`);
    if (!isOurs(deps, attempt) || (await deps.payments.refund(chargeOf(attempt))) !== 'refunded') return;
    await recordRefund(deps.db, row);
  }
  if (row.reopened_at === null) await reopenSeats(deps, row);
}

/** The seats leave `sold_seats` before Redis gives them away, so that their next order finds them free. */
async function recordRefund(db: Database, { id, attempt }: RefundRow): Promise<void> {
  await transact(db, async (trx) => {
    const marked = await trx('orders')
      .where({ id, status: 'refund_due' })
      .update({ status: 'refunded', updated_at: new Date() });
    if (marked === 0) return;
    await moveAttempt(trx, { holdId: id, attempt }, 'approved', 'refunded');
    await trx('sold_seats').where({ order_id: id }).delete();
    await trx('outbox').insert({ topic: 'order-refunded', payload: JSON.stringify({ orderId: id }) });
  });
}

async function reopenSeats({ db, inventory, announcer, log }: SaleDeps, row: RefundRow): Promise<void> {
  const place = { dropId: row.drop_id, partition: row.partition };
  const result = await inventory.reopen(place, row.id);
  if (result.kind === 'released')
    await announcer.promoted(place, result.promoted, { ...result, reason: 'refunded' });
  if (result.kind === 'unknown')
    log.warn({ orderId: row.id, ...place }, 'Redis does not know this order’s hold');
  await db('orders').where({ id: row.id }).update({ reopened_at: new Date() });
}

/** Refunds that did not get to their end, the oldest first. */
export async function openRefunds(db: Database): Promise<string[]> {
  const rows: { id: string }[] = await db('orders')
    .where({ status: 'refund_due' })
    .orWhere((refunded) => void refunded.where({ status: 'refunded' }).whereNull('reopened_at'))
    .orderBy('updated_at')
    .limit(200)
    .select('id');
  return rows.map(({ id }) => id);
}
