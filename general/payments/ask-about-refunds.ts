/**
 * Asks a provider that does not report on refunds what became of those that it accepted. One that failed is made anew, as
 * for a provider that reports it.
 */
import type { Database } from '../../shared/mysql/connect.ts';
import { askAgainBy, chargeOf, type AttemptId, type PaymentAttempt } from '../checkout/payment-attempt.ts';
import type { Deps } from '../deps.ts';
import { refundKey, type PaymentProvider } from './provider.ts';
import { sendFailedAgain } from './record-refunds.ts';

/**
 * Has the provider asked about a refund that it has accepted now. In the transaction that writes so: afterwards nothing
 * would tell that the refund has to be asked about.
 */
export async function askAboutRefund(
  trx: Database,
  { acceptedRefunds }: Pick<PaymentProvider, 'acceptedRefunds'>,
  id: AttemptId,
): Promise<void> {
  const [firstMs] = acceptedRefunds?.askAfterMs ?? [];
  if (firstMs !== undefined) await askAgainBy(trx, id, Date.now() + firstMs);
}

/**
 * Asks about all refunds of an attempt, with one call. Returns when those that may still fail are to be asked about.
 * Safe to repeat, and by several at once.
 */
export async function askAboutRefunds(
  { db, payments, log }: Pick<Deps, 'db' | 'payments' | 'log'>,
  attempt: PaymentAttempt,
  now: number,
): Promise<number[] | 'undecided'> {
  const { acceptedRefunds } = payments;
  const accepted = acceptedRefunds ? await acceptedFor(db, attempt) : [];
  if (!acceptedRefunds || accepted.length === 0) return [];
  const charge = chargeOf(attempt);
  const keys = accepted.map(({ number }) => refundKey(charge, number));
  const found = await acceptedRefunds.find(charge, keys);
  if (found.kind === 'undecided') return 'undecided';
  await sendFailedAgain(db, attempt, found.refunds);
  const next: number[] = [];
  for (const { number, at } of accepted) {
    const key = refundKey(charge, number);
    // A key with a refund that failed may have a later one.
    const latest = found.refunds.filter((each) => each.key === key);
    if (latest.length > 0 && latest.every(({ isFinal }) => isFinal)) continue;
    const times = acceptedRefunds.askAfterMs.map((ms) => at.getTime() + ms).filter((time) => time > now);
    next.push(...times);
    if (times.length === 0)
      log.error(
        { orderId: attempt.holdId, refund: number, ref: attempt.ref },
        'the provider has not decided a refund in the time for which it is asked: look in its dashboard',
      );
  }
  return next;
}

/** Refunds that the provider accepted, as MySQL has them. `at`: when. */
async function acceptedFor(
  db: Database,
  { holdId, attempt, status }: PaymentAttempt,
): Promise<{ number: number; at: Date }[]> {
  const ofOrder: { number: number; at: Date }[] = await db('refunds')
    .join('orders', 'orders.id', 'refunds.order_id')
    .where({ 'orders.id': holdId, 'orders.attempt': attempt, 'refunds.status': 'done' })
    .whereNull('refunds.returned_at')
    .whereNotNull('refunds.provider_ref')
    .select('refunds.number', { at: 'refunds.updated_at' });
  if (ofOrder.length > 0 || status !== 'refunded') return ofOrder;
  const inVain: { at: Date } | undefined = await db('payment_attempts')
    .where({ hold_id: holdId, attempt, status })
    .whereNotExists(db('orders').where({ id: holdId, attempt }).select('id'))
    .first({ at: 'updated_at' });
  return inVain ? [{ number: 0, at: inVain.at }] : [];
}
