/**
 * Payments sent from this page. A payment goes on when its form is left, by a link or by Back, so its state
 * is kept here and not in the form. Until its answer has come, the buyer cannot pay again.
 */
import { useSyncExternalStore } from 'react';
import { ask, Refusal } from '../api/http.ts';
import type { Order } from '../api/types.ts';
import { onOtherUser } from '../session/use-me.ts';

export type Payment = {
  /** The seats that it pays, to tell it from a payment for an earlier hold. */
  seats: string;
  isUnderWay: boolean;
  /** Its result, once known. */
  outcome?: { status: 'paying' } | { status: 'sold'; orderId: string };
  error?: unknown;
  /** Until this moment (monotonic timer) another payment would be refused. */
  retryAt?: number;
};

type Hold = { seats: readonly string[]; checkoutToken: string };

const patience = 40_000;

const known = new Map<number, Payment>();
const listeners = new Set<() => void>();
onOtherUser(() => {
  known.clear();
  tell();
});

function tell(): void {
  for (const listener of listeners) listener();
}

function onPayments(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const nameOf = (seats: readonly string[]) => seats.join(' ');

/** The latest payment for these seats of a drop. */
function paymentFor(dropId: number, seats: readonly string[] | undefined): Payment | undefined {
  const payment = known.get(dropId);
  return seats && payment?.seats === nameOf(seats) ? payment : undefined;
}

export function usePayment(dropId: number, seats: readonly string[] | undefined): Payment | undefined {
  return useSyncExternalStore(onPayments, () => paymentFor(dropId, seats));
}

/** Sends a payment, unless one for the same seats is under way. Never rejects: the result is kept here. */
export async function sendPayment(
  dropId: number,
  { seats, checkoutToken }: Hold,
  token: string,
): Promise<void> {
  if (paymentFor(dropId, seats)?.isUnderWay) return;
  const sent: Payment = { seats: nameOf(seats), isUnderWay: true };
  known.set(dropId, sent);
  tell();
  const ended: Payment = { seats: sent.seats, isUnderWay: false };
  try {
    const { data } = await ask<Order | { status: 'paying' }>('POST', '/checkout', {
      body: { checkoutToken, payment: { token } },
      timeout: patience,
    });
    ended.outcome = 'id' in data ? { status: 'sold', orderId: data.id } : { status: 'paying' };
  } catch (error) {
    ended.error = error;
    if (error instanceof Refusal && error.retryAfter !== undefined) {
      ended.retryAt = performance.now() + error.retryAfter;
    }
  }
  // Somebody else may have signed in since.
  if (known.get(dropId) !== sent) return;
  known.set(dropId, ended);
  tell();
}
