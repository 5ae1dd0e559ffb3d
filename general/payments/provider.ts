/**
 * The payment port: what checkout needs of a payment provider, whichever it is. A charge has a key of ours; a
 * provider makes at most one charge per key, so asking twice is safe, and not knowing is an answer of its own.
 */

/** A charge as we know it, whether or not the provider does. */
export type Charge = {
  /** Idempotency key, one per payment attempt of a hold. */
  key: string;
  /** The provider's own name for it, once that is known; some providers can only be asked by it. */
  ref?: string | undefined;
  /** Minor units. */
  amount: number;
  currency: string;
};

export type ChargeRequest = Omit<Charge, 'ref'> & {
  /** What stands for the buyer's card. */
  token: string;
  /**
   * Called with the provider's name for the charge, where it has one before any money moves. False: the attempt was
   * given up meanwhile, so nothing may be charged.
   */
  remember: (ref: string) => Promise<boolean>;
};

/** What is final about a charge. */
export type Decision =
  | { kind: 'approved'; ref: string }
  /** Never charged, and never will be under this key. */
  | { kind: 'declined'; reason: string };

export type ChargeResult =
  | Decision
  /** The provider does not know the token; nothing was tried. */
  | { kind: 'unknown_token' }
  /** No answer, or none that says. Only asking again can tell. */
  | { kind: 'undecided' };

export type PaymentProvider = {
  readonly name: string;
  /** Never rejects for what happens on the way: that is `undecided`. */
  charge: (request: ChargeRequest) => Promise<ChargeResult>;
  /** What became of a charge. `unknown`: it never reached the provider, though it still may. */
  find: (charge: Charge) => Promise<Decision | { kind: 'pending' | 'unknown' | 'undecided' }>;
  /** Makes sure that nothing will be charged under a key, unless it has been. */
  cancel: (charge: Charge) => Promise<Decision | { kind: 'undecided' }>;
  /** Gives an approved charge back, once however often it is called. */
  refund: (charge: Charge) => Promise<'refunded' | 'undecided'>;
  /** What a webhook is about, no key when it is none of ours; undefined when its signature is not the provider's. */
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
