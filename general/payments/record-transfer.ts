/** Records the transfer by which the provider has paid an organizer, so that both can find it in the provider's dashboard. */
import { Problem } from '../../shared/tier/problems.ts';
import { findAttempt, rememberTransfer } from '../checkout/payment-attempt.ts';
import type { Deps } from '../deps.ts';
import { parseChargeKey } from './provider.ts';

/**
 * Asks for the transfer of a charge that the provider has reported on. Safe to repeat. If there is none yet, the provider
 * reports once more when there is.
 */
export async function recordTransfer(
  { db, payments }: Pick<Deps, 'db' | 'payments'>,
  key: string,
): Promise<void> {
  if (!payments.accounts) return; // nothing is read for the webhooks of most systems
  const id = parseChargeKey(key);
  const attempt = id && (await findAttempt(db, id));
  if (!attempt?.payout || attempt.transfer !== undefined || attempt.ref === undefined) return;
  const isCharged = attempt.status !== 'pending' && attempt.status !== 'declined';
  if (!isCharged || attempt.provider !== payments.name) return;
  const found = await payments.findTransfer?.(attempt.ref);
  // The provider sends the webhook again.
  if (found?.kind === 'undecided') throw new Problem('unavailable', { retryAfter: 10 });
  if (found?.kind === 'transfer') await rememberTransfer(db, attempt, found.ref);
}
