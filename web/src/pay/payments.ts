/**
 * The payment of held seats, as this page knows it. It goes on when its page is left, by a link or by Back, so its
 * state is kept here. What changes it (`pay.ts`) is loaded only by those who pay.
 */
import { useSyncExternalStore } from 'react';
import type { PaymentAction } from '@seatdrop/shared/contract/checkout.ts';
import type { Money } from '../api/types.ts';
import { onOtherUser } from '../session/use-me.ts';

export type Payment = {
  /** The seats that it pays, to tell it from a payment for an earlier hold. */
  seats: string;
  /** What the buyer has agreed to pay. */
  total: Money;
  /**
   * The request under way. `begin`: begins the payment, or asks how it stands. `confirm`: a card may be charged, or the
   * bank has its answer; `isResultUnknown` if the result did not come and is asked for.
   */
  sending?: 'begin' | 'confirm';
  isResultUnknown?: boolean;
  /** What the buyer can do now. `payBy`: until when, by the server's clock. */
  open?: { action: PaymentAction; payBy: string; declined?: string | undefined };
  /** Its result, once known. `paying`: the provider decides, and is asked again and again. */
  outcome?: { status: 'paying' } | { status: 'sold'; orderId: string };
  /** The answer to a card was lost, and the card was not charged. */
  isUncharged?: boolean;
  error?: unknown;
  /** The total that the server names in place of ours; nothing is charged until the buyer has agreed to it. */
  newTotal?: Money;
  /** Until this moment (monotonic timer) another request would be refused. */
  retryAt?: number;
};

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

/** The latest payment of a drop, whatever its seats. */
export const latestPayment = (dropId: number): Payment | undefined => known.get(dropId);

export function usePayment(dropId: number, seats: readonly string[] | undefined): Payment | undefined {
  return useSyncExternalStore(onPayments, () => {
    const payment = known.get(dropId);
    return payment?.seats === seats?.join(' ') ? payment : undefined;
  });
}

export function keepPayment(dropId: number, payment: Payment): void {
  known.set(dropId, payment);
  tell();
}

/** The hold has ended: another one of the same seats begins without what is known of this payment. */
export function forgetPayment(dropId: number): void {
  if (known.delete(dropId)) tell();
}
