/**
 * The payment port: what checkout needs from any payment provider. A payment has two steps, since a bank may ask the
 * buyer to confirm: it is begun, which moves no money, and confirmed with a card until one is accepted. Each payment has
 * a key of ours, and a provider charges at most once per key, so every call can be repeated. Not knowing the result is
 * a result of its own.
 */
import type { PaymentAction } from '../../shared/contract/checkout.ts';
import type { PayoutAccounts } from './payout-accounts.ts';

/** A payment as this system knows it, whether or not the provider does. */
export type Charge = {
  /** Idempotency key, one per payment attempt of a hold. */
  key: string;
  /** The provider's id of the payment, once known; some providers can be asked only by it. */
  ref?: string | undefined;
  /** Minor units. */
  amount: number;
  currency: string;
  buyerId?: number;
  /** Until when the buyer can pay. Milliseconds since 1970. */
  payBy?: number;
  /** Where the money goes; without it, it is the platform's. */
  payout?: Payout | undefined;
};

/** The organizer's account that gets the money of a charge, less the platform's fee in minor units. */
export type Payout = { account: string; fee: number };

/**
 * Called with the provider's id of the payment, if the provider gives one before any money moves. If it resolves false
 * the attempt was given up meanwhile, so nothing may be charged.
 */
export type Remember = (ref: string) => Promise<boolean>;

export type ChargeRequest = Charge & {
  /** A token of the buyer's card. */
  token: string;
  remember: Remember;
};

/** `ref`: the provider's id of the payment; undefined if no provider was asked. */
export type Approved = { kind: 'approved'; ref: string | undefined };

/** A final result of a payment. */
export type Decision =
  | Approved
  /** Not charged, and never will be under this key. */
  | { kind: 'declined'; reason: string };

/** Reason of a decline: the account that was to get the money cannot have it. No card was asked. */
export const accountNotPayable = 'account_not_payable';

/** Waits for the buyer: to choose a card, or to answer the bank. */
export type Open = {
  kind: 'open';
  action: PaymentAction;
  /** Why the last card was declined. */
  declined?: string;
  /** Which card that was, if the provider says: an id of this try, and the card's fingerprint. */
  declinedCard?: { tryId: string; fingerprint: string | undefined };
};

/** No answer, or an unclear one. Only asking again can tell. */
export type Undecided = { kind: 'undecided' };

export type ChargeResult =
  | Decision
  | Open
  /** The provider does not know the token; nothing was attempted. */
  | { kind: 'unknown_token' }
  | Undecided;

/** Which amounts of a currency a provider can charge, in minor units. Each is a multiple of `step`. */
export type ChargeLimits = { step: number; minimum: number; maximum: number };

export type RefundRequest = {
  charge: Charge;
  /** Idempotency key of this refund; no two refunds of a charge have the same. */
  key: string;
  /** Minor units. All refunds of a charge together never give back more than was charged. */
  amount: number;
};

export type RefundResult =
  /** The money is on its way. `ref`: the provider's id of the refund, if it has one of its own. */
  | { kind: 'refunded'; ref?: string }
  /** The provider did not give it back, and says why. Asking again is safe and may succeed. */
  | { kind: 'failed'; reason: string }
  | Undecided;

/** A charge that its buyer disputes at the bank. */
export type Dispute = {
  id: string;
  /** The provider's id of the charge. */
  chargeRef: string;
  amount: number;
  currency: string;
  /** In the provider's words. */
  reason: string;
  /** `closed`: it ended without a decision, and no money was taken back. */
  status: 'needs_response' | 'under_review' | 'won' | 'lost' | 'closed';
  respondBy: Date | undefined;
  openedAt: Date;
};

/** A refund as the provider has it. */
export type FoundRefund = {
  id: string;
  /** The key with which this system asked for it; undefined if somebody else made it at the provider. */
  key: string | undefined;
  amount: number;
  currency: string;
  /** `made`: the money has gone back or is on its way. */
  status: 'made' | 'failed';
  /** Why it failed, in the provider's words. */
  reason: string | undefined;
  madeAt: Date;
};

/**
 * A refund of ours that the provider accepted, as it has it now. `isFinal`: it stays so; a failed one does, and one that
 * is made may still fail until then.
 */
export type AcceptedRefund = Pick<FoundRefund, 'id' | 'status' | 'reason'> & {
  key: string;
  isFinal: boolean;
};

/** One thing that a webhook is about. It says no more: the provider is then asked. `other`: nothing of interest here. */
export type WebhookSubject =
  | { kind: 'charge'; key: string }
  | { kind: 'dispute'; id: string }
  /** A refund of the charge with this id of the provider. */
  | { kind: 'refund'; chargeRef: string }
  /** The account of an organizer with this id of the provider. */
  | { kind: 'account'; ref: string }
  | { kind: 'other' };

/** None of these rejects because of network or provider errors: those are `undecided`. */
export type PaymentProvider = {
  readonly name: string;
  /** Undefined for a currency that the provider does not charge. A provider without it charges any amount. */
  limitsOf?: (currency: string) => ChargeLimits | undefined;
  /**
   * The card behind a token, before it is charged. `fingerprint`: equal for the same card, undefined if the provider
   * names none.
   */
  cardOf: (
    token: string,
  ) => Promise<{ kind: 'card'; fingerprint: string | undefined } | { kind: 'unknown_token' } | Undecided>;
  /** Begins the payment at the provider, or returns it if it was begun before. Moves no money. */
  begin: (request: Omit<ChargeRequest, 'token'>) => Promise<Decision | Open | Undecided>;
  /** Charges the card, after beginning the payment if need be. A card that is declined leaves the payment open. */
  confirm: (request: ChargeRequest) => Promise<ChargeResult>;
  /** The state of a payment. `unknown`: it has not reached the provider, though it still may. */
  find: (charge: Charge) => Promise<Decision | Open | { kind: 'pending' } | { kind: 'unknown' } | Undecided>;
  /**
   * Ensures that nothing will be charged under the key, unless it was charged already. A provider that cannot ensure it
   * has `late`.
   */
  cancel: (charge: Charge) => Promise<Decision | Undecided>;
  /** Gives back a part of an approved charge, or all of it: once for each key, however often it is called. */
  refund: (request: RefundRequest) => Promise<RefundResult>;
  findDispute: (
    id: string,
  ) => Promise<{ kind: 'dispute'; dispute: Dispute } | { kind: 'unknown' } | Undecided>;
  /** All refunds of the charge with this id of the provider, also those that somebody made there. */
  findRefunds: (
    chargeRef: string,
  ) => Promise<{ kind: 'refunds'; refunds: FoundRefund[] } | { kind: 'unknown' } | Undecided>;
  /** Of a provider that has paid organizers: its transfer of a charge to the account. `none`: it has not made one yet. */
  findTransfer?: (
    chargeRef: string,
  ) => Promise<{ kind: 'transfer'; ref: string } | { kind: 'none' } | Undecided>;
  /** Everything that the webhook is about, or undefined if the signature is not the provider's. */
  readWebhook: (body: Buffer, header: (name: string) => string | undefined) => WebhookSubject[] | undefined;
  /** Of a provider that cannot cancel: how payments that succeed after they have ended here are found. */
  late?: {
    /** When it is asked about each payment that has ended. Milliseconds after its `payBy`. */
    askAfterMs: readonly number[];
    /** How long after its `payBy` a payment may stay undecided. Milliseconds. */
    boundMs: number;
    /** Whether a payment that has ended was paid. Gives back every other payment that was made under its key. */
    resolve: (charge: Charge) => Promise<Approved | { kind: 'not_paid' } | Undecided>;
  };
  /** Of a provider that does not report on refunds: how those that it accepted and that fail later are found. */
  acceptedRefunds?: {
    /** When it is asked about a refund, until its result is final. Milliseconds after it accepted the refund. */
    askAfterMs: readonly number[];
    /** Its refunds of the charge with these keys. Those that it does not have are left out. */
    find: (
      charge: Charge,
      keys: readonly string[],
    ) => Promise<{ kind: 'refunds'; refunds: AcceptedRefund[] } | Undecided>;
  };
  /** Decides without the buyer: `begin` is the whole payment, and there is no card. */
  decidesAlone?: boolean;
  /** Of a provider that pays organizers, if that is turned on. Without it all money is the platform's. */
  accounts?: PayoutAccounts;
  /** It posts forms in place of JSON, as webhooks and by the browsers of buyers who return from its page. */
  postsForms?: boolean;
  /** Origins to which the buyer's page may post a form. */
  formOrigins?: readonly string[];
};

/** The key of one attempt to pay a hold. */
export function chargeKey(holdId: string, attempt: number): string {
  return `${holdId}.${attempt}`;
}

/** The key of a refund; `number` counts the refunds of an order, and is 0 for a charge that got no order. */
export function refundKey(charge: Pick<Charge, 'key'>, number: number): string {
  return `${charge.key}.refund.${number}`;
}

export function parseChargeKey(key: string): { holdId: string; attempt: number } | undefined {
  const match = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.([1-9]\d{0,5})$/.exec(key);
  return match?.[1] === undefined ? undefined : { holdId: match[1], attempt: Number(match[2]) };
}
