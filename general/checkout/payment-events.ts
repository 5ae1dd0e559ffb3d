/** The history of a payment beside its usual course. A payment whose first card is accepted writes nothing here. */
import { retried, type Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import type { Open } from '../payments/provider.ts';
import type { AttemptId, PaymentAttempt } from './payment-attempt.ts';

export type PaymentEventRow = {
  hold_id: string;
  attempt: number;
  kind: 'declined' | 'refund_failed';
  /** Tells occurrences apart: when the card was sent, or the provider's id of the refund. */
  occurrence: string;
  reason: string;
  card: string | null;
  created_at: Date;
};

type PaymentEvent = Pick<PaymentEventRow, 'kind' | 'occurrence' | 'reason'> & { card?: string | undefined };

/** Safe to repeat: the same occurrence is written once. */
export async function writePaymentEvent(
  db: Database,
  { holdId, attempt }: AttemptId,
  { kind, occurrence, reason, card }: PaymentEvent,
): Promise<void> {
  await retried(db, () =>
    db<PaymentEventRow>('payment_events')
      .insert({
        hold_id: holdId,
        attempt,
        kind,
        occurrence: occurrence.slice(0, 100),
        reason: reason.slice(0, 100),
        card: card ?? null,
        created_at: new Date(),
      })
      .onConflict()
      .ignore(),
  );
}

/**
 * Records that a card was declined. Checkout, webhook and reconciler all call this. If the provider does not say which
 * card it was, only the request that sent the card knows it (`isOwn`). A record that cannot be
 * written now does not keep the buyer from another card.
 */
export async function recordDecline(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  attempt: PaymentAttempt,
  { declined: reason, declinedCard }: Pick<Open, 'declined' | 'declinedCard'>,
  isOwn = false,
): Promise<void> {
  const sentAt = isOwn ? attempt.confirmedAt?.toISOString() : undefined;
  const occurrence = declinedCard?.tryId ?? sentAt;
  if (reason === undefined || occurrence === undefined) return;
  const card = declinedCard?.fingerprint ?? (isOwn ? attempt.card : undefined);
  await writePaymentEvent(db, attempt, { kind: 'declined', occurrence, reason, card }).catch(
    (error: unknown) =>
      log.warn({ err: error, holdId: attempt.holdId }, 'a declined card could not be recorded'),
  );
}
