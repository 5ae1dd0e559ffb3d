/**
 * Payments that were sent off from this page. One goes on when its form is left, for another page or by Back, so what
 * is known of it is kept here and not in the form: until its answer has come nobody is offered to pay once more.
 */
import { useSyncExternalStore } from 'react';
import { ask, Refusal } from '../api/http.ts';
import type { Order } from '../api/types.ts';
import { onOtherUser } from '../session/use-me.ts';

export type Payment = {
  /** Those it pays, to tell it from one for seats that were held before. */
  seats: string;
  isUnderWay: boolean;
  /** What came of it, when that is known. */
  outcome?: { status: 'paying' } | { status: 'sold'; orderId: string };
  error?: unknown;
  /** Until when another one would be refused, by the monotonic timer. */
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

/** The latest for these seats of a drop. */
function paymentFor(dropId: number, seats: readonly string[] | undefined): Payment | undefined {
  const payment = known.get(dropId);
  return seats && payment?.seats === nameOf(seats) ? payment : undefined;
}

export function usePayment(dropId: number, seats: readonly string[] | undefined): Payment | undefined {
  return useSyncExternalStore(onPayments, () => paymentFor(dropId, seats));
}

/** Sends a payment off, unless one for the same seats is under way. Never rejects: what comes of it is kept. */
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
  // Somebody else may have signed in meanwhile.
  if (known.get(dropId) !== sent) return;
  known.set(dropId, ended);
  tell();
}
