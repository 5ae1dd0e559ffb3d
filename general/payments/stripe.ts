/**
 * Stripe. A charge takes two calls: creating the PaymentIntent, whose id is stored, and confirming it, which moves
 * the money. So whatever is lost on the way, there is an id to ask about, and an attempt without one has charged
 * nothing. See docs/decisions/015-stripe-in-two-calls.md.
 */
import StripeApi from 'stripe';
import type { Log } from '../../shared/tier/log.ts';
import type { Charge, ChargeResult, Decision, PaymentProvider } from './provider.ts';

export type StripeOptions = {
  secretKey: string;
  webhookSecret: string;
  log: Log;
  /** URL of a stand-in for Stripe, in tests. */
  apiUrl?: string | undefined;
  /** Time limit of a response. */
  timeoutMs?: number;
};

/** Maximum difference between a webhook's time and ours; an older webhook is a replay. */
const webhookToleranceSeconds = 300;

export function createStripePayments(options: StripeOptions): PaymentProvider {
  const { secretKey, webhookSecret, log, apiUrl, timeoutMs = 8_000 } = options;
  const stripe = new StripeApi(secretKey, {
    timeout: timeoutMs,
    // The library repeats a call with the same idempotency key. If it is still open then, the reconciler asks.
    maxNetworkRetries: 1,
    telemetry: false,
    ...(apiUrl === undefined ? {} : addressOf(new URL(apiUrl))),
  });
  const { paymentIntents } = stripe;

  /** Creates the PaymentIntent of a key, or returns the existing one. It charges nothing. */
  const intentFor = ({ key, amount, currency }: Omit<Charge, 'ref'>) =>
    paymentIntents.create(
      {
        amount,
        currency: currency.toLowerCase(),
        // Redirects to a bank or a wallet are excluded, since the seats are held only for a short time.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { charge_key: key },
      },
      { idempotencyKey: key },
    );

  const undecided = (error: unknown, what: string): { kind: 'undecided' } => {
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

  const confirm = async (ref: string, key: string, token: string): Promise<ChargeResult> => {
    try {
      const confirmed = await paymentIntents.confirm(
        ref,
        // A payment for which the bank asks the buyer to confirm counts as declined.
        { payment_method: token, error_on_requires_action: true },
        { idempotencyKey: `${key}.confirm` },
      );
      return decisionIn(confirmed) ?? { kind: 'undecided' };
    } catch (error) {
      if (error instanceof StripeApi.errors.StripeCardError) {
        await close(ref, key);
        return { kind: 'declined', reason: error.decline_code || error.code || 'card_declined' };
      }
      if (isUnknownToken(error)) {
        await close(ref, key);
        return { kind: 'unknown_token' };
      }
      return undecided(error, 'confirm');
    }
  };

  return {
    name: 'stripe',

    async charge({ token, remember, ...charge }) {
      let ref: string;
      try {
        ({ id: ref } = await intentFor(charge));
      } catch (error) {
        // The request itself was refused, for example because the amount is too small: the same key gets the same
        // answer.
        if (error instanceof StripeApi.errors.StripeInvalidRequestError)
          return { kind: 'declined', reason: error.code ?? 'invalid_request' };
        return undecided(error, 'create');
      }
      if (!(await remember(ref))) return { kind: 'undecided' };
      return confirm(ref, charge.key, token);
    },

    async find({ ref }) {
      if (ref === undefined) return { kind: 'unknown' };
      try {
        return decisionIn(await paymentIntents.retrieve(ref)) ?? { kind: 'pending' };
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
        if (error instanceof StripeApi.errors.StripeInvalidRequestError)
          return { kind: 'declined', reason: error.code ?? 'invalid_request' };
        return undecided(error, 'create');
      }
    },

    async refund({ ref, key }) {
      if (ref === undefined) throw new Error(`charge ${key} was approved without a PaymentIntent`);
      try {
        const { status } = await stripe.refunds.create(
          { payment_intent: ref },
          { idempotencyKey: `${key}.refund` },
        );
        if (status === 'succeeded' || status === 'pending') return 'refunded';
        log.error({ key, status }, 'Stripe could not refund a charge');
        return 'undecided';
      } catch (error) {
        // Stripe forgets idempotency keys after some days, but not that a charge was refunded.
        const { code } = Object(error) as { code?: string };
        if (code === 'charge_already_refunded') return 'refunded';
        undecided(error, 'refund');
        return 'undecided';
      }
    },

    readWebhook(body, header) {
      let event: StripeApi.Event;
      try {
        const signature = header('stripe-signature') ?? '';
        event = stripe.webhooks.constructEvent(body, signature, webhookSecret, webhookToleranceSeconds);
      } catch {
        return undefined;
      }
      const { metadata } = event.data.object as { metadata?: Record<string, unknown> | null };
      const key = metadata?.['charge_key'];
      return { key: typeof key === 'string' ? key : undefined };
    },
  };
}

function decisionIn(intent: StripeApi.PaymentIntent): Decision | undefined {
  const { id, status, last_payment_error: failure, cancellation_reason } = intent;
  if (status === 'succeeded') return { kind: 'approved', ref: id };
  // It was confirmed once and refused; it is never confirmed again.
  const refused = status === 'requires_payment_method' && failure;
  if (status !== 'canceled' && !refused) return undefined;
  const reason = failure?.decline_code || failure?.code || cancellation_reason || 'canceled';
  return { kind: 'declined', reason };
}

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
