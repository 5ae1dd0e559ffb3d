/** Payments that succeed after they have ended here, at a provider that cannot cancel. Their money goes back. */
import { chargeOf, moveAttempt, type PaymentAttempt } from './payment-attempt.ts';
import { providerOf, resolveAttempt, type SettleDeps } from './settle.ts';

/** Asks about an attempt that has ended, and refunds what was paid for it since. Safe to repeat. */
export async function resolveLate(deps: SettleDeps, attempt: PaymentAttempt): Promise<'done' | 'undecided'> {
  if (attempt.status === 'pending') return 'done';
  const late = providerOf(deps, attempt)?.late;
  if (!late) return 'done';
  const found = await late.resolve(chargeOf(attempt));
  if (found.kind !== 'approved') return found.kind === 'undecided' ? 'undecided' : 'done';
  if (attempt.status !== 'declined') return 'done';
  const { ref } = found;
  // If another process was first, it refunds.
  if (!(await moveAttempt(deps.db, attempt, 'declined', 'refund_due', { ref, reason: 'paid_late' })))
    return 'done';
  const charged: PaymentAttempt = { ...attempt, status: 'refund_due', ref };
  await resolveAttempt(deps, charged);
  // With its id known, a second payment under the same key is told from it.
  return resolveLate(deps, { ...charged, status: 'refunded' });
}
