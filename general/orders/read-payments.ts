/** What MySQL has about the money of an order, as the API shows it. */
import type { z } from 'zod';
import type { orderPayments } from '../../shared/contract/order-payments.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { AttemptStatus } from '../checkout/payment-attempt.ts';
import type { PaymentEventRow } from '../checkout/payment-events.ts';
import type { DisputeRow } from '../payments/record-dispute.ts';
import type { OutsideRefundRow } from '../payments/record-refunds.ts';

type Presented = Omit<z.input<typeof orderPayments>, 'order'>;

type AttemptRow = {
  attempt: number;
  provider: string;
  provider_ref: string | null;
  amount: number;
  currency: string;
  status: AttemptStatus;
  reason: string | null;
  card: string | null;
  payout_account: string | null;
  payout_fee: number | null;
  payout_transfer: string | null;
  created_at: Date;
  confirmed_at: Date | null;
  updated_at: Date;
};

/** Four queries by the order's id, which is that of its hold. */
export async function readPayments(db: Database, orderId: string): Promise<Presented> {
  const ofHold = { hold_id: orderId };
  const [attempts, events, outside, disputes] = await Promise.all([
    db<AttemptRow>('payment_attempts').where(ofHold).orderBy('attempt') as Promise<AttemptRow[]>,
    db<PaymentEventRow>('payment_events').where(ofHold).orderBy(['created_at', 'occurrence']),
    db<OutsideRefundRow>('outside_refunds').where(ofHold).orderBy(['made_at', 'provider_ref']),
    db<DisputeRow>('disputes').where(ofHold).orderBy(['opened_at', 'provider_ref']),
  ]);
  return {
    attempts: attempts.map(presentAttempt),
    events: events.map(({ attempt, kind, reason, card, created_at }) => ({
      attempt,
      kind,
      reason,
      ...(card !== null && { card: shortened(card) }),
      at: created_at.toISOString(),
    })),
    outsideRefunds: outside.map(({ provider_ref: ref, amount, currency, status, made_at }) => ({
      ref,
      amount: { amount, currency },
      status,
      madeAt: made_at.toISOString(),
    })),
    disputes: disputes.map(({ provider_ref: ref, amount, currency, reason, status, ...times }) => ({
      ref,
      amount: { amount, currency },
      reason,
      status,
      ...(times.respond_by && { respondBy: times.respond_by.toISOString() }),
      openedAt: times.opened_at.toISOString(),
      updatedAt: times.updated_at.toISOString(),
    })),
  };
}

function presentAttempt(row: AttemptRow): Presented['attempts'][number] {
  const { provider, provider_ref: ref, amount, currency, status, reason, card, confirmed_at } = row;
  const isOpen = status === 'pending';
  return {
    number: row.attempt,
    provider,
    ...(ref !== null && { ref }),
    amount: { amount, currency },
    status,
    // While it is open, the column says which request began it.
    ...(reason !== null && !isOpen && { reason }),
    ...(card !== null && { card: shortened(card) }),
    ...(row.payout_account !== null && {
      payout: {
        account: row.payout_account,
        fee: { amount: row.payout_fee ?? 0, currency },
        ...(row.payout_transfer !== null && { transfer: row.payout_transfer }),
      },
    }),
    begunAt: row.created_at.toISOString(),
    ...(confirmed_at && { confirmedAt: confirmed_at.toISOString() }),
    ...(!isOpen && { endedAt: row.updated_at.toISOString() }),
  };
}

/** Enough to see whether two cards are the same, and too little to look one up elsewhere. */
function shortened(fingerprint: string): string {
  return fingerprint.slice(-6);
}
