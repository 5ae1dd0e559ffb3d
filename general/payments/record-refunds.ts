/** Compares the refunds of a charge at the provider with ours, after the provider reported that one has changed. */
import { isDuplicateKey, retried, transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { chargeOf, findAttemptByRef, moveAttempt, type PaymentAttempt } from '../checkout/payment-attempt.ts';
import { writePaymentEvent } from '../checkout/payment-events.ts';
import type { Deps } from '../deps.ts';
import { notifyOrganizer } from './notify-organizer.ts';
import { refundKey, type FoundRefund } from './provider.ts';

export type OutsideRefundRow = {
  provider: string;
  provider_ref: string;
  hold_id: string;
  attempt: number;
  amount: number;
  currency: string;
  status: FoundRefund['status'];
  made_at: Date;
  updated_at: Date;
};

/**
 * Records refunds that somebody made at the provider: the order shows them, and its seats and tickets stay, since nobody
 * said which seats were meant. Safe to repeat and in any order, because a refund only ever goes from made to failed.
 */
export async function recordRefunds(
  { db, payments, log }: Pick<Deps, 'db' | 'payments' | 'log'>,
  chargeRef: string,
): Promise<void> {
  const attempt = await findAttemptByRef(db, payments.name, chargeRef);
  // A charge of another system that shares the account.
  if (!attempt) return;
  const found = await payments.findRefunds(chargeRef);
  if (found.kind === 'unknown') return;
  // The provider sends the webhook again.
  if (found.kind === 'undecided') throw new Problem('unavailable', { retryAfter: 10 });
  await sendFailedAgain(db, attempt, found.refunds);
  const outside = found.refunds.filter(({ key }) => key === undefined);
  if (outside.length === 0 || (await isRefundedWithoutKey(db, attempt))) return;
  for (const refund of outside)
    if (await recordOutside(db, attempt, refund))
      log.warn(
        { orderId: attempt.holdId, refund: refund.id, amount: refund.amount },
        'a refund was made at the provider, not here',
      );
}

/**
 * A refund of ours that the provider had made has failed, for example because the card's account is closed. Its row says
 * so, and the duty makes it anew; its seats were refunded and stay so. Only the refund that the row names counts, so an
 * old event does nothing after the money was sent again.
 */
export async function sendFailedAgain(
  db: Database,
  attempt: PaymentAttempt,
  found: readonly Pick<FoundRefund, 'id' | 'key' | 'status' | 'reason'>[],
): Promise<void> {
  for (const { id, key, status, reason = 'failed' } of found) {
    if (key === undefined || status === 'made') continue;
    if (found.some((other) => other.key === key && other.status === 'made')) continue;
    const number = Number(key.split('.').at(-1));
    if (key !== refundKey(chargeOf(attempt), number)) continue;
    // Together: what is marked is not found again, so its event could not be written later.
    await transact(db, async (trx) => {
      const isReturned =
        number === 0
          ? await moveAttempt(trx, attempt, 'refunded', 'refund_due', { reason })
          : await markReturned(trx, attempt.holdId, number, { id, reason });
      if (!isReturned) return;
      // Of a charge without an order, the row does not say which of them it was.
      for (const each of found.filter((other) => other.key === key))
        await writePaymentEvent(trx, attempt, {
          kind: 'refund_failed',
          occurrence: each.id,
          reason: each.reason ?? 'failed',
        });
    });
  }
}

async function markReturned(
  db: Database,
  orderId: string,
  number: number,
  { id, reason }: { id: string; reason: string },
): Promise<boolean> {
  const now = new Date();
  const changed = await retried(db, () =>
    db('refunds')
      .where({ order_id: orderId, number, status: 'done', provider_ref: id, returned_at: null })
      .update({ returned_at: now, failure: reason.slice(0, 100), updated_at: now })
      .increment('tries', 1),
  );
  return changed === 1;
}

/**
 * Whether the previous version refunded the whole charge, or is doing so: it gave its refunds no key, and wrote no row for
 * them.
 */
async function isRefundedWithoutKey(db: Database, { holdId, status }: PaymentAttempt): Promise<boolean> {
  const row: unknown = await db('refunds').where({ order_id: holdId }).first('number');
  if (row) return false;
  const order = await db<{ id: string; status: string }>('orders').where({ id: holdId }).first('status');
  const isPaid = status === 'pending' || (status === 'approved' && (order?.status ?? 'paid') === 'paid');
  return !isPaid;
}

/** True if it was not known. */
async function recordOutside(
  db: Database,
  { provider, holdId, attempt }: PaymentAttempt,
  { id, amount, currency, status, madeAt }: FoundRefund,
): Promise<boolean> {
  const key = { provider, provider_ref: id };
  if (status === 'failed')
    await refunds(db)
      .where({ ...key, status: 'made' })
      .update({ status, updated_at: new Date() });
  const known = await refunds(db).where(key).first('provider_ref');
  if (known) return false;
  try {
    await transact(db, async (trx) => {
      const facts = { hold_id: holdId, attempt, amount, currency, status };
      await refunds(trx).insert({ ...key, ...facts, made_at: madeAt, updated_at: new Date() });
      if (status === 'made')
        await notifyOrganizer(trx, 'refunded-outside', holdId, { ref: id, amount, currency });
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

const refunds = (db: Database) => db<OutsideRefundRow>('outside_refunds');
