/**
 * Settles a payment attempt. Checkout, webhook and reconciler all end here, possibly at the same time and more than
 * once. MySQL is changed first, then Redis, and each step is safe to repeat.
 */
import { isCertainlyUnwritten, transact } from '../../shared/mysql/connect.ts';
import { noteTrouble } from '../notifications/note-trouble.ts';
import { askAboutRefund } from '../payments/ask-about-refunds.ts';
import { freePayments } from '../payments/free.ts';
import { refundKey, type Decision, type PaymentProvider } from '../payments/provider.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import type { Deps } from '../deps.ts';
import {
  abandonOwn,
  chargeOf,
  findAttempt,
  insertAbandoned,
  moveAttempt,
  type BegunAttempt,
  type PaymentAttempt,
} from './payment-attempt.ts';
import { recordDecline } from './payment-events.ts';
import { followOrders, ownersOf, seatsOwnedBy } from './seat-owners.ts';

export type SettleDeps = Pick<
  Deps,
  'db' | 'inventory' | 'announcer' | 'payments' | 'till' | 'findTerms' | 'log' | 'onSeatConflict'
>;

export type Settlement =
  /** `order` is set if this call placed it. */
  | { kind: 'paid'; order?: OrderRow | undefined }
  /** `expiresAt`: the hold is back and can be paid another way until then; absent if its time is over. */
  | { kind: 'declined'; reason: string; expiresAt?: number }
  | { kind: 'seats_lost' }
  | { kind: 'undecided' };

/** Applies the provider's final decision. */
export async function settle(
  deps: SettleDeps,
  attempt: PaymentAttempt,
  decision: Decision,
): Promise<Settlement> {
  if (decision.kind === 'approved') {
    const { ref } = decision;
    if (await seatsAreGone(deps, attempt)) {
      const facts = { ref, reason: 'seats_lost' };
      // If another process has settled the attempt meanwhile, its result counts.
      if (!(await moveAttempt(deps.db, attempt, 'pending', 'refund_due', facts)))
        return resolveSettled(deps, attempt);
      return returnMoney(deps, { ...attempt, ref });
    }
    const placed = await deps.till.placeOrder({ attempt, ref });
    if (placed.kind !== 'placed') return returnMoney(deps, { ...attempt, ref });
    await completeHold(deps, attempt);
    return { kind: 'paid', order: placed.order };
  }
  await transact(deps.db, async (trx) => {
    if (await moveAttempt(trx, attempt, 'pending', 'declined', { reason: decision.reason }))
      await noteTrouble(trx, 'payment-declined', attempt);
  });
  return returnHold(deps, attempt, decision.reason);
}

/**
 * Finds the result of an attempt, asking the provider if only the provider can know it. With `giveUp`, a charge still
 * open at the provider is cancelled there, so that it can be treated as declined.
 */
export async function resolveAttempt(
  deps: SettleDeps,
  attempt: PaymentAttempt,
  { giveUp = false } = {},
): Promise<Settlement> {
  switch (attempt.status) {
    case 'approved':
      await completeHold(deps, attempt);
      return { kind: 'paid' };
    case 'declined':
      return returnHold(deps, attempt, 'card_declined');
    case 'refund_due':
      return returnMoney(deps, attempt);
    case 'refunded':
      // Redis may have lost the result and begun the same attempt again; nothing was charged for that.
      await returnHold(deps, attempt, 'seats_lost');
      return { kind: 'seats_lost' };
    case 'pending': {
      const payments = providerOf(deps, attempt);
      if (!payments) return { kind: 'undecided' };
      const charge = chargeOf(attempt);
      const found = await payments.find(charge);
      if (found.kind === 'approved' || found.kind === 'declined') return settle(deps, attempt, found);
      if (found.kind === 'open') await recordDecline(deps, attempt, found);
      if (!giveUp || found.kind === 'undecided') return { kind: 'undecided' };
      const cancelled = await payments.cancel(charge);
      return cancelled.kind === 'undecided' ? cancelled : settle(deps, attempt, cancelled);
    }
  }
}

/** Who takes a payment of this amount. */
export function providerFor(
  { payments }: Pick<Deps, 'payments'>,
  { amount }: { amount: number },
): PaymentProvider {
  return amount === 0 ? freePayments : payments;
}

/**
 * The provider of an attempt that was written. Its name decides and not its amount, which is 0 in abandoned attempts
 * too. Undefined for a charge made before the provider was exchanged: it is logged as an error and stays as it is until
 * the earlier provider is configured again.
 */
export function providerOf(
  { payments, log }: Pick<Deps, 'payments' | 'log'>,
  { holdId, provider }: PaymentAttempt,
): PaymentProvider | undefined {
  for (const known of [payments, freePayments]) if (known.name === provider) return known;
  log.error(
    { holdId, provider },
    'a payment attempt belongs to a provider that is not configured, so it cannot be settled',
  );
  return undefined;
}

/**
 * Whether the hold ended while its card was charged and another buyer has its seats. The money is then refunded and
 * nothing else is wrong. If Redis does not answer, MySQL decides alone.
 */
async function seatsAreGone({ inventory, log }: SettleDeps, attempt: PaymentAttempt): Promise<boolean> {
  try {
    return (await inventory.checkCharged(attempt.place, attempt)) === 'lost';
  } catch (error) {
    log.warn({ err: error, holdId: attempt.holdId }, 'Redis did not answer whether the seats are still held');
    return false;
  }
}

async function resolveSettled(deps: SettleDeps, id: PaymentAttempt): Promise<Settlement> {
  const attempt = await findAttempt(deps.db, id);
  if (!attempt || attempt.status === 'pending') return { kind: 'undecided' };
  return resolveAttempt(deps, attempt);
}

/** MySQL has the order; Redis follows. If Redis cannot be reached, the reconciler completes the sale later. */
async function completeHold(deps: SettleDeps, attempt: PaymentAttempt): Promise<void> {
  const { inventory, announcer, log } = deps;
  const { place, holdId, buyerId, seats } = attempt;
  try {
    const done = await inventory.completePayment(place, { holdId, buyerId, seats });
    let { version } = done;
    if (done.kind === 'conflict') {
      deps.onSeatConflict?.();
      log.warn({ holdId, ...place }, 'seats of a paid order were given to another buyer, who loses them');
      const owned = await seatsOwnedBy(deps.db, holdId);
      ({ version } = await followOrders(deps, place, [{ orderId: holdId, buyerId, seats: owned }]));
    }
    await announcer.tell({
      dropId: place.dropId,
      soldOut: [],
      events: [
        { to: buyerId, event: 'order:paid', entry: { status: 'sold', version, seats, orderId: holdId } },
      ],
    });
  } catch (error) {
    log.warn({ err: error, holdId }, 'the order is placed; Redis will be updated later');
  }
}

/**
 * Writing an attempt failed with `error`, so the request that began it charges nothing and its hold goes back at
 * once. If MySQL may have the attempt nevertheless, or may still receive it, the attempt is first written as
 * declined: whichever write comes second finds the other. If another request has begun the same attempt (a failover
 * of Redis can forget that it was begun), the attempt is that request's and goes on.
 */
export async function giveUpUnwritten(
  deps: SettleDeps,
  attempt: BegunAttempt,
  error: unknown,
): Promise<void> {
  if (!isCertainlyUnwritten(error) && !(await insertAbandoned(deps.db, attempt))) {
    await abandonOwn(deps.db, attempt);
    if ((await findAttempt(deps.db, attempt))?.status !== 'declined') return;
  }
  await returnHold(deps, attempt, 'abandoned');
}

async function returnHold(deps: SettleDeps, attempt: PaymentAttempt, reason: string): Promise<Settlement> {
  const { inventory, announcer } = deps;
  const { place, holdId } = attempt;
  const result = await inventory.declinePayment(place, holdId, attempt.attempt);
  if (result.kind === 'held') return { kind: 'declined', reason, expiresAt: result.expiresAt };
  if (result.kind === 'released')
    await announcer.promoted(place, result.promoted, { ...result, reason: 'declined' });
  return { kind: 'declined', reason };
}

/**
 * Refunds a charge without seats. The money goes first, so that no fault in Redis can hold it back. Then the hold
 * ends, its buyer is notified, and seats that MySQL knows to be owned by others are no longer offered.
 */
async function returnMoney(deps: SettleDeps, attempt: PaymentAttempt): Promise<Settlement> {
  const payments = providerOf(deps, attempt);
  if (!payments) return { kind: 'seats_lost' };
  const charge = chargeOf(attempt);
  const refunded = await payments.refund({ charge, key: refundKey(charge, 0), amount: attempt.amount });
  const owners = await ownersOf(deps, attempt);
  if (owners.some(({ seats }) => seats.length === 0))
    deps.log.error(
      { holdId: attempt.holdId, ...attempt.place, owners },
      'another drop of the event has sold seats of this drop: one of the two drops has to be cancelled',
    );
  const { kind } = await followOrders(deps, attempt.place, owners, attempt);
  // Nobody else owns the seats and the hold has not ended: the charge came after its attempt was given up. The hold
  // may live on.
  const returned =
    kind === 'known' && owners.length === 0 ? await returnHold(deps, attempt, 'given_up') : undefined;
  if (refunded.kind === 'refunded')
    await transact(deps.db, async (trx) => {
      if (!(await moveAttempt(trx, attempt, 'refund_due', 'refunded'))) return;
      await noteTrouble(trx, 'charge-refunded', attempt);
      await askAboutRefund(trx, payments, attempt);
    });
  return returned?.kind === 'declined' && returned.expiresAt !== undefined
    ? returned
    : { kind: 'seats_lost' };
}
