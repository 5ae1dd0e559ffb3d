/**
 * Pays a hold. The hold goes to `paying` first, so that it cannot end meanwhile. The attempt is written before the
 * provider is asked, so that a crash leaves something to ask about. The attempt stays open until a card is accepted or
 * its time to pay is over; only the provider's answer ends it. Repeating the call with the same token charges nothing
 * twice, and without a token it resumes the payment under way.
 */
import { totalOf } from '../../shared/contract/total.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Hold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { isDuplicateKey } from '../../shared/mysql/connect.ts';
import type { DropTerms } from '../drops/drop-terms.ts';
import {
  accountNotPayable,
  type ChargeResult,
  type Open,
  type PaymentProvider,
} from '../payments/provider.ts';
import { askAccount } from '../payouts/ask-account.ts';
import { accountOfPayment, payoutOf } from '../payouts/payout-of.ts';
import {
  chargedInVain,
  chargeOf,
  noteCard,
  rememberRef,
  type BegunAttempt,
  type PaymentAttempt,
} from './payment-attempt.ts';
import { recordDecline } from './payment-events.ts';
import {
  giveUpUnwritten,
  providerFor,
  providerOf,
  resolveAttempt,
  settle,
  type Settlement,
  type SettleDeps,
} from './settle.ts';

type Money = { amount: number; currency: string };

/** What the buyer sends. Without `token` nothing is charged. */
export type SentPayment = { token?: string | undefined; total?: Money | undefined };

export type PayResult =
  | Settlement
  /** Waits for the buyer until `payBy` (milliseconds since 1970). */
  | (Open & { payBy: number })
  | { kind: 'total_changed'; total: Money }
  | { kind: 'already_paid' | 'expired' | 'under_way' | 'unknown_token' | 'unavailable' }
  /** A card was sent for seats that cost nothing. */
  | { kind: 'nothing_to_pay' };

export async function payHold(
  deps: SettleDeps,
  place: Place,
  hold: Hold,
  sent: SentPayment,
): Promise<PayResult> {
  const result = await payOnce(deps, place, hold, sent);
  const isRefused = result.kind === 'declined' && result.reason === accountNotPayable;
  if (!isRefused || result.expiresAt === undefined) return result;
  // Nothing was charged. The next attempt is the platform's, so the buyer need not know.
  const account = (await deps.findTerms(place.dropId))?.payoutAccount;
  deps.log.error({ ...place, account }, 'the provider refuses to pay the account of a drop');
  if (account !== undefined)
    await askAccount(deps, account).catch((error: unknown) =>
      deps.log.warn({ err: error, account }, 'the account of an organizer could not be read'),
    );
  return payOnce(deps, place, hold, sent);
}

async function payOnce(
  deps: SettleDeps,
  place: Place,
  hold: Hold,
  { token, total }: SentPayment,
): Promise<PayResult> {
  const drop = await deps.findTerms(place.dropId);
  if (!drop) return { kind: 'expired' };
  const due = totalOf(drop, hold.seats.length);
  if (total && (total.amount !== due.amount || total.currency !== due.currency))
    return { kind: 'total_changed', total: due };
  const provider = providerFor(deps, due);
  if (provider.decidesAlone && token !== undefined) return { kind: 'nothing_to_pay' };
  // Asked before anything begins, so that an unknown card, or a provider that is away, leaves the hold as it is.
  const card = token === undefined ? undefined : await readCard(deps, token);
  if (card && 'kind' in card) return card;
  const account = await accountOfPayment(deps, provider, drop, hold.holdId);

  const begunBy = newBatchId();
  const begun = await deps.inventory.beginPayment(place, hold, begunBy);
  switch (begun.kind) {
    case 'sold':
      return { kind: 'already_paid' };
    case 'not_stocked':
      return { kind: 'unavailable' };
    case 'expired': {
      // Redis may have lost an order that MySQL has.
      const order: unknown = await deps.db('orders').where({ id: hold.holdId }).first('id');
      if (order) return { kind: 'already_paid' };
      return { kind: (await chargedInVain(deps.db, hold.holdId)) ? 'seats_lost' : 'expired' };
    }
    case 'under_way': {
      const earlier = await deps.till.findAttempt({ holdId: hold.holdId, attempt: begun.attempt });
      return earlier ? resume(deps, earlier, card) : { kind: 'under_way' };
    }
    case 'paying':
      return begin(
        deps,
        provider,
        {
          ...newAttempt(provider, place, hold, drop, begun, begunBy),
          payout: payoutOf(provider, account, drop, begun.seats.length),
        },
        card,
      );
  }
}

/** A card that may be charged. `fingerprint`: equal for the same card. */
type Card = { token: string; fingerprint: string | undefined };

async function readCard(
  { payments }: SettleDeps,
  token: string,
): Promise<Card | { kind: 'unknown_token' | 'unavailable' }> {
  const card = await payments.cardOf(token);
  if (card.kind === 'card') return { token, fingerprint: card.fingerprint };
  return { kind: card.kind === 'unknown_token' ? 'unknown_token' : 'unavailable' };
}

function newAttempt(
  payments: PaymentProvider,
  place: Place,
  { holdId, buyerId }: Hold,
  drop: DropTerms,
  begun: { attempt: number; seats: string[]; expiresAt: number },
  begunBy: string,
): BegunAttempt {
  // Nobody has less time by beginning to pay.
  const payBy = Math.max(begun.expiresAt, Date.now() + drop.paySeconds * 1000);
  const [firstMs] = payments.late?.askAfterMs ?? [];
  return {
    holdId,
    attempt: begun.attempt,
    place,
    buyerId,
    seats: begun.seats,
    provider: payments.name,
    ...totalOf(drop, begun.seats.length),
    status: 'pending',
    payBy,
    askAt: firstMs === undefined ? undefined : payBy + firstMs,
    begunBy,
    // After a crash it is then settled as soon as an attempt for which a card was sent.
    ...(payments.decidesAlone && { confirmedAt: new Date() }),
  };
}

/** Writes the attempt and asks the provider. */
async function begin(
  deps: SettleDeps,
  payments: PaymentProvider,
  fresh: BegunAttempt,
  card: Card | undefined,
): Promise<PayResult> {
  const attempt = card ? { ...fresh, confirmedAt: new Date(), card: card.fingerprint } : fresh;
  try {
    await deps.till.beginAttempt(attempt);
  } catch (error) {
    // The reconciler gave this attempt up before it was written; nothing may be charged under it any more.
    if (isDuplicateKey(error)) return { kind: 'under_way' };
    // Nothing is charged under this attempt from here on, so its hold need not wait for the reconciler.
    await giveUpUnwritten(deps, attempt, error).catch((fault: unknown) =>
      deps.log.warn(
        { err: fault, holdId: attempt.holdId },
        'the hold could not be given back now; the reconciler will do it',
      ),
    );
    throw error;
  }
  const asked = await ask(deps, payments, attempt, card);
  const result = await apply(deps, attempt, asked, card !== undefined);
  // Nothing was to be done but to charge this card, so the hold goes back.
  if (result.kind === 'unknown_token') await resolveAttempt(deps, attempt, { giveUp: true });
  return result;
}

/** Goes on with an attempt that an earlier request has begun. */
async function resume(deps: SettleDeps, attempt: PaymentAttempt, card: Card | undefined): Promise<PayResult> {
  if (attempt.status !== 'pending') return resolveAttempt(deps, attempt);
  const payments = providerOf(deps, attempt);
  if (!payments) return { kind: 'undecided' };
  // Whether a card may be charged is decided when it is noted, so that none is sent after the time to pay.
  const noted = card && (await noteCard(deps.db, attempt, card.fingerprint));
  const isOver = card ? !noted : attempt.payBy <= Date.now();
  if (isOver) {
    const latest = (await deps.till.findAttempt(attempt)) ?? attempt;
    return resolveAttempt(deps, latest, { giveUp: true });
  }
  if (card) return apply(deps, { ...attempt, ...noted }, await ask(deps, payments, attempt, card), true);
  const found = await payments.find(chargeOf(attempt));
  if (found.kind === 'pending') return { kind: 'undecided' };
  // The request that began it may have ended before it reached the provider.
  if (found.kind === 'unknown') return apply(deps, attempt, await ask(deps, payments, attempt, undefined));
  return apply(deps, attempt, found);
}

function ask(
  { db }: SettleDeps,
  payments: PaymentProvider,
  attempt: PaymentAttempt,
  card: Card | undefined,
): Promise<ChargeResult> {
  const request = { ...chargeOf(attempt), remember: (ref: string) => rememberRef(db, attempt, ref) };
  return card ? payments.confirm({ ...request, token: card.token }) : payments.begin(request);
}

/** @param isOwn whether the result is of a card that this request sent */
async function apply(
  deps: SettleDeps,
  attempt: PaymentAttempt,
  result: ChargeResult,
  isOwn = false,
): Promise<PayResult> {
  switch (result.kind) {
    case 'approved':
    case 'declined':
      return settle(deps, attempt, result);
    case 'open':
      await recordDecline(deps, attempt, result, isOwn);
      return { ...result, payBy: attempt.payBy };
    case 'unknown_token':
      return result;
    case 'undecided': {
      const latest = (await deps.till.findAttempt(attempt)) ?? attempt;
      return resolveAttempt(deps, latest);
    }
  }
}
