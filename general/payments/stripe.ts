/**
 * Stripe. A payment takes two calls: creating the PaymentIntent, whose id is stored, and confirming it, which moves
 * the money. So whatever is lost on the way, there is an id to ask about, and an attempt without one has charged
 * nothing. Only this tier confirms: the buyer's page sends a confirmation token, and handles what the bank then asks.
 * See docs/decisions/015-stripe-in-two-calls.md.
 */
import { createHash } from 'node:crypto';
import StripeApi from 'stripe';
import type { Log } from '../../shared/tier/log.ts';
import { accountNotPayable } from './provider.ts';
import type {
  Charge,
  ChargeRequest,
  ChargeResult,
  Decision,
  Open,
  PaymentProvider,
  Undecided,
} from './provider.ts';
import { destinationOf, isAccountRefusal, stripeAccounts } from './stripe-accounts.ts';
import { stripeLimits, toStripe } from './stripe-amounts.ts';
import { refundByStripe } from './stripe-refunds.ts';
import { declineIn, stripeReports } from './stripe-reports.ts';

export type StripeOptions = {
  secretKey: string;
  webhookSecret: string;
  publishableKey: string;
  /** Stripe's `payment_method_types`: only methods that are decided at once. */
  methods: readonly string[];
  /** Organizers' accounts, if organizers are paid by Connect. */
  connect?: StripeConnect | undefined;
  log: Log;
  /** URL of a stand-in for Stripe, in tests. */
  apiUrl?: string | undefined;
  /** Time limit of a response. */
  timeoutMs?: number;
};

export type StripeConnect = {
  /** Stripe signs events of organizers' accounts with a secret of their own. */
  webhookSecret: string;
  /** Whether a drop whose organizer cannot be paid is refused. */
  isRequired: boolean;
};

const facts = { name: 'stripe', limitsOf: stripeLimits };

export function createStripePayments(options: StripeOptions): PaymentProvider {
  const { publishableKey, methods, connect, log } = options;
  const stripe = clientOf(options);
  const { paymentIntents } = stripe;

  /** Creates the PaymentIntent of a key, or returns the existing one. It charges nothing. */
  const intentFor = async (charge: Omit<Charge, 'ref'>) =>
    paymentIntents.create(intentOf(charge, methods), { idempotencyKey: charge.key });

  const undecided = (error: unknown, what: string): Undecided => {
    const { type = '', code } = Object(error) as { type?: string; code?: string };
    // A wrong key or missing permission does not resolve by itself, so it is logged as an error.
    const isConfigFault = type === 'StripeAuthenticationError' || type === 'StripePermissionError';
    // The error itself is not logged, since it contains the request with everything sent.
    log[isConfigFault ? 'error' : 'warn']({ type, code, what }, 'no usable response from Stripe');
    return { kind: 'undecided' };
  };

  /** Ensures that a PaymentIntent is never charged later; the result is approved if it was charged before. */
  const close = async (ref: string, key: string): Promise<Decision | { kind: 'undecided' }> => {
    try {
      const closed = await paymentIntents.cancel(ref, {}, { idempotencyKey: `${key}.cancel` });
      return decisionIn(closed) ?? { kind: 'undecided' };
    } catch (error) {
      // It can no longer be cancelled, and the error carries its state.
      const intent = error instanceof StripeApi.errors.StripeError ? error.payment_intent : undefined;
      return (intent && decisionIn(intent)) ?? undecided(error, 'cancel');
    }
  };

  const stateIn = (intent: StripeApi.PaymentIntent) =>
    stateOf(intent, { publishableKey, methods: [...methods] });

  const begin = async ({
    remember,
    ...charge
  }: Omit<ChargeRequest, 'token'>): Promise<StripeApi.PaymentIntent | Decision | Undecided> => {
    let intent: StripeApi.PaymentIntent;
    try {
      intent = await intentFor(charge);
    } catch (error) {
      return refusalOf(error) ?? undecided(error, 'create');
    }
    return (await remember(intent.id)) ? intent : { kind: 'undecided' };
  };

  const confirm = async (
    ref: string,
    { key, token, payout }: Omit<ChargeRequest, 'remember'>,
  ): Promise<ChargeResult> => {
    try {
      const confirmed = await paymentIntents.confirm(
        ref,
        isConfirmation(token)
          ? // The page handles what the bank asks (`stripe.handleNextAction`).
            { confirmation_token: token, use_stripe_sdk: true }
          : { payment_method: token, use_stripe_sdk: true },
        // The same card sent twice is one confirmation; another card is another.
        { idempotencyKey: `${key}.confirm.${shortHash(token)}` },
      );
      return stateIn(confirmed) ?? { kind: 'undecided' };
    } catch (error) {
      // The error carries the intent, which is open again if the card was declined.
      const intent = error instanceof StripeApi.errors.StripeError ? error.payment_intent : undefined;
      if (isUnknownToken(error)) return { kind: 'unknown_token' };
      // No card can pay this account any more, so the attempt ends; the next one goes elsewhere.
      if (payout && isAccountRefusal(error)) {
        const closed = await close(ref, key);
        return closed.kind === 'declined' ? { ...closed, reason: accountNotPayable } : closed;
      }
      return (intent && stateIn(intent)) ?? undecided(error, 'confirm');
    }
  };

  return {
    ...facts,

    cardOf: (token) => readCard(stripe, token).catch((error: unknown) => undecided(error, 'read the card')),

    async begin(request) {
      const begun = await begin(request);
      return 'object' in begun ? (stateIn(begun) ?? { kind: 'undecided' }) : begun;
    },

    async confirm(request) {
      if (request.ref !== undefined) return confirm(request.ref, request);
      const begun = await begin(request);
      return 'object' in begun ? confirm(begun.id, request) : begun;
    },

    async find({ ref }) {
      if (ref === undefined) return { kind: 'unknown' };
      try {
        return stateIn(await paymentIntents.retrieve(ref)) ?? { kind: 'pending' };
      } catch (error) {
        return undecided(error, 'retrieve');
      }
    },

    async cancel({ ref, ...charge }) {
      try {
        // Without a stored id, the request that began the attempt may still be about to confirm; it then finds the
        // PaymentIntent cancelled.
        return await close(ref ?? (await intentFor(charge)).id, charge.key);
      } catch (error) {
        return refusalOf(error) ?? undecided(error, 'create');
      }
    },

    refund: (request) => refundByStripe(stripe, request, log),

    ...(connect && { accounts: stripeAccounts(stripe, connect.isRequired, undecided) }),

    ...stripeReports(stripe, options, undecided),
  };
}

function clientOf({ secretKey, apiUrl, timeoutMs = 8_000 }: StripeOptions): StripeApi {
  return new StripeApi(secretKey, {
    timeout: timeoutMs,
    // The library repeats a call with the same idempotency key. If it is still open then, the reconciler asks.
    maxNetworkRetries: 1,
    telemetry: false,
    ...(apiUrl === undefined ? {} : addressOf(new URL(apiUrl))),
  });
}

function intentOf(
  { key, amount, currency, payout }: Omit<Charge, 'ref'>,
  methods: readonly string[],
): StripeApi.PaymentIntentCreateParams {
  return {
    amount: toStripe({ amount, currency }),
    currency: currency.toLowerCase(),
    // Redirects to a bank or a wallet are excluded: the page would be left while the seats are held.
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    allowed_payment_method_types: [...methods],
    metadata: { charge_key: key },
    ...destinationOf({ payout, currency }),
  };
}

/** `page`: what the buyer's page needs in addition. */
function stateOf(
  intent: StripeApi.PaymentIntent,
  page: { publishableKey: string; methods: string[] },
): Decision | Open | undefined {
  const decision = decisionIn(intent);
  if (decision) return decision;
  const { status, amount, currency, last_payment_error: failure, client_secret: clientSecret } = intent;
  const step = status === 'requires_action' ? 'challenge' : 'choose';
  const isChallenge = step === 'challenge';
  if (clientSecret === null || !(isChallenge || waitsForCard.has(status))) return undefined;
  return {
    kind: 'open',
    action: { provider: 'stripe', step, clientSecret, amount, currency, ...page },
    ...(failure && !isChallenge && declineIn(failure)),
  };
}

/** @throws what Stripe's library throws, unless Stripe does not know the token */
async function readCard(stripe: StripeApi, token: string): ReturnType<PaymentProvider['cardOf']> {
  try {
    const card = isConfirmation(token)
      ? (await stripe.confirmationTokens.retrieve(token)).payment_method_preview?.card
      : (await stripe.paymentMethods.retrieve(token)).card;
    return { kind: 'card', fingerprint: card?.fingerprint ?? undefined };
  } catch (error) {
    if (error instanceof StripeApi.errors.StripeInvalidRequestError) return { kind: 'unknown_token' };
    throw error;
  }
}

/** An intent of these statuses can be confirmed, also after a card was declined. */
const waitsForCard = new Set(['requires_payment_method', 'requires_confirmation']);

function decisionIn(intent: StripeApi.PaymentIntent): Decision | undefined {
  const { id, status, last_payment_error: failure, cancellation_reason } = intent;
  if (status === 'succeeded') return { kind: 'approved', ref: id };
  if (status !== 'canceled') return undefined;
  return {
    kind: 'declined',
    reason: failure?.decline_code || failure?.code || cancellation_reason || 'canceled',
  };
}

/**
 * Creating the intent was refused, for example because the amount is too small: the same key gets the same answer, and
 * nothing is ever charged.
 */
function refusalOf(error: unknown): Decision | undefined {
  if (error instanceof RangeError) return { kind: 'declined', reason: 'amount_not_charged' };
  if (isAccountRefusal(error)) return { kind: 'declined', reason: accountNotPayable };
  if (!(error instanceof StripeApi.errors.StripeInvalidRequestError)) return undefined;
  return { kind: 'declined', reason: error.code ?? 'invalid_request' };
}

/** Made by the page (`stripe.createConfirmationToken`); other tokens name a PaymentMethod. */
const isConfirmation = (token: string) => token.startsWith('ctoken_');

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

function isUnknownToken(error: unknown): boolean {
  return error instanceof StripeApi.errors.StripeInvalidRequestError && error.param === 'payment_method';
}

function addressOf({ protocol, hostname, port }: URL) {
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return {
    protocol: scheme,
    host: hostname,
    port: port === '' ? (scheme === 'http' ? 80 : 443) : port,
  } as const;
}
