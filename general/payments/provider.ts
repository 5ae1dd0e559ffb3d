/**
 * The payment port: what checkout needs from any payment provider. Each charge has a key of ours, and a provider
 * makes at most one charge per key, so asking twice is safe. Not knowing the result is a result of its own.
 */

/** A charge as this system knows it, whether or not the provider does. */
export type Charge = {
  /** Idempotency key, one per payment attempt of a hold. */
  key: string;
  /** The provider's id of the charge, once known; some providers can be asked only by it. */
  ref?: string | undefined;
  /** Minor units. */
  amount: number;
  currency: string;
};

export type ChargeRequest = Omit<Charge, 'ref'> & {
  /** A token of the buyer's card. */
  token: string;
  /**
   * Called with the provider's id of the charge, if the provider gives one before any money moves. If it resolves
   * false the attempt was given up meanwhile, so nothing may be charged.
   */
  remember: (ref: string) => Promise<boolean>;
};

/** A final result of a charge. */
export type Decision =
  | { kind: 'approved'; ref: string }
  /** Not charged, and never will be under this key. */
  | { kind: 'declined'; reason: string };

export type ChargeResult =
  | Decision
  /** The provider does not know the token; nothing was attempted. */
  | { kind: 'unknown_token' }
  /** No answer, or an unclear one. Only asking again can tell. */
  | { kind: 'undecided' };

export type PaymentProvider = {
  readonly name: string;
  /** Never rejects because of network or provider errors: those are `undecided`. */
  charge: (request: ChargeRequest) => Promise<ChargeResult>;
  /** The state of a charge. `unknown`: it has not reached the provider, though it still may. */
  find: (charge: Charge) => Promise<Decision | { kind: 'pending' | 'unknown' | 'undecided' }>;
  /** Ensures that nothing will be charged under the key, unless it was charged already. */
  cancel: (charge: Charge) => Promise<Decision | { kind: 'undecided' }>;
  /** Refunds an approved charge, once however often it is called. */
  refund: (charge: Charge) => Promise<'refunded' | 'undecided'>;
  /**
   * Returns the charge key of a webhook, which is undefined if the webhook is about something else. Returns undefined
   * if the signature is not the provider's.
   */
  readWebhook: (
    body: Buffer,
    header: (name: string) => string | undefined,
  ) => { key?: string | undefined } | undefined;
};

/** The key of one attempt to pay a hold. */
export function chargeKey(holdId: string, attempt: number): string {
  return `${holdId}.${attempt}`;
}

export function parseChargeKey(key: string): { holdId: string; attempt: number } | undefined {
  const match = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.([1-9]\d{0,5})$/.exec(key);
  return match?.[1] === undefined ? undefined : { holdId: match[1], attempt: Number(match[2]) };
}
