/**
 * What a payment attempt comes to. Checkout, a webhook and the reconciler all end here, perhaps at the same time and
 * more than once; MySQL is changed first, then Redis, and either step is safe to repeat.
 */
import { chargeKey, type Decision } from '../payments/provider.ts';
import type { SaleDeps } from '../sale-deps.ts';
import { findAttempt, moveAttempt, type PaymentAttempt } from './payment-attempt.ts';
import { placeOrder } from './place-order.ts';

export type Settlement =
  | { kind: 'paid' }
  /** `expiresAt`: the hold is back and may be paid otherwise until then; absent when its time was over. */
  | { kind: 'declined'; reason: string; expiresAt?: number }
  | { kind: 'seats_lost' }
  | { kind: 'undecided' };

/** Applies the provider's final word. */
export async function settle(
  deps: SaleDeps,
  attempt: PaymentAttempt,
  decision: Decision,
): Promise<Settlement> {
  if (decision.kind === 'approved') {
    const placed = await placeOrder(deps.db, attempt, decision.ref);
    return placed.kind === 'placed' ? completeSale(deps, attempt) : returnMoney(deps, attempt);
  }
  await moveAttempt(deps.db, attempt, 'pending', 'declined', { reason: decision.reason });
  return returnHold(deps, attempt, decision.reason);
}

/**
 * Finds out what became of an attempt, asking the provider where only it can know.
 * `giveUp`: what is still open at the provider is cancelled there, so that it can be taken as declined.
 */
export async function resolveAttempt(
  deps: SaleDeps,
  attempt: PaymentAttempt,
  { giveUp = false } = {},
): Promise<Settlement> {
  const { payments } = deps;
  switch (attempt.status) {
    case 'approved':
      return completeSale(deps, attempt);
    case 'declined':
      return returnHold(deps, attempt, 'card_declined');
    case 'refund_due':
      return returnMoney(deps, attempt);
    case 'refunded':
      return { kind: 'seats_lost' };
    case 'pending': {
      const key = chargeKey(attempt.holdId, attempt.attempt);
      const found = await payments.find(key);
      if (found.kind === 'approved' || found.kind === 'declined') return settle(deps, attempt, found);
      if (!giveUp || found.kind === 'undecided') return { kind: 'undecided' };
      const cancelled = await payments.cancel(key);
      return cancelled.kind === 'undecided' ? cancelled : settle(deps, attempt, cancelled);
    }
  }
}

/** MySQL has the order; Redis follows. When it cannot at the moment, the reconciler sees to it. */
async function completeSale(
  deps: SaleDeps,
  { place, holdId, buyerId, seats }: PaymentAttempt,
): Promise<Settlement> {
  const { inventory, announcer, log } = deps;
  try {
    const done = await inventory.completePayment(place, { holdId, buyerId, seats });
    if (done === 'conflict')
      log.warn({ holdId, ...place }, 'a seat of a paid order is held by somebody else');
    await announcer.tell({
      dropId: place.dropId,
      soldOut: [],
      events: [{ to: buyerId, event: 'order:paid', entry: { status: 'sold', seats, orderId: holdId } }],
    });
  } catch (error) {
    log.warn({ err: error, holdId }, 'the order is placed; Redis will be told later');
  }
  return { kind: 'paid' };
}

async function returnHold(deps: SaleDeps, attempt: PaymentAttempt, reason: string): Promise<Settlement> {
  const { inventory, announcer } = deps;
  const { place, holdId } = attempt;
  const result = await inventory.declinePayment(place, holdId, attempt.attempt);
  if (result.kind === 'held') return { kind: 'declined', reason, expiresAt: result.expiresAt };
  if (result.kind === 'released')
    await announcer.promoted(place, result.promoted, { buyerId: result.buyerId, reason: 'declined' });
  return { kind: 'declined', reason };
}

/** A charge without seats. The hold ends, since its seats belong to somebody else, and the money goes back. */
async function returnMoney(deps: SaleDeps, attempt: PaymentAttempt): Promise<Settlement> {
  const returned = await returnHold(deps, attempt, 'seats_lost');
  if (returned.kind === 'declined' && returned.expiresAt !== undefined) {
    const left = await deps.inventory.leave(attempt.place, attempt.buyerId);
    if (left.kind === 'released')
      await deps.announcer.promoted(attempt.place, left.promoted, {
        buyerId: attempt.buyerId,
        reason: 'declined',
      });
  }
  const refunded = await deps.payments.refund(chargeKey(attempt.holdId, attempt.attempt));
  if (refunded === 'refunded') await moveAttempt(deps.db, attempt, 'refund_due', 'refunded');
  return { kind: 'seats_lost' };
}

/** The attempt as it is now; for callers that know only its key. */
export async function resolveByKey(deps: SaleDeps, id: { holdId: string; attempt: number }): Promise<void> {
  const attempt = await findAttempt(deps.db, id);
  if (attempt) await resolveAttempt(deps, attempt);
}
