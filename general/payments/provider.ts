/**
 * The payment port: what checkout needs of a payment provider, whichever it is. A charge has a key of ours; a
 * provider makes at most one charge per key, so asking twice is safe, and not knowing is an answer of its own.
 */

export type ChargeRequest = {
  /** Idempotency key, one per payment attempt of a hold. */
  key: string;
  /** Minor units. */
  amount: number;
  currency: string;
  /** What stands for the buyer's card. */
  token: string;
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
  /** What became of a key. `unknown`: it never reached the provider, though it still may. */
  find: (key: string) => Promise<Decision | { kind: 'pending' | 'unknown' | 'undecided' }>;
  /** Makes sure that nothing will be charged under a key, unless it has been. */
  cancel: (key: string) => Promise<Decision | { kind: 'undecided' }>;
  /** Gives an approved charge back, once however often it is called. */
  refund: (key: string) => Promise<'refunded' | 'undecided'>;
  /** The key that a webhook is about; undefined when its signature is not the provider's. */
  readWebhook: (body: Buffer, header: (name: string) => string | undefined) => { key: string } | undefined;
};

/** The key of one attempt to pay a hold. */
export function chargeKey(holdId: string, attempt: number): string {
  return `${holdId}.${attempt}`;
}

export function parseChargeKey(key: string): { holdId: string; attempt: number } | undefined {
  const match = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.([1-9]\d{0,5})$/.exec(key);
  return match?.[1] === undefined ? undefined : { holdId: match[1], attempt: Number(match[2]) };
}
