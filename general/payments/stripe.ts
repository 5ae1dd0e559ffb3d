/**
 * Stripe. A charge is made in two calls: the PaymentIntent first, whose id is written down, and its confirmation, which
 * is what moves money. So whatever is lost on the way, there is an id to ask about, and an attempt without one has
 * charged nothing. See docs/decisions/015-stripe-in-two-calls.md.
 */
import StripeApi from 'stripe';
import type { Log } from '../../shared/tier/log.ts';
import type { Charge, ChargeResult, Decision, PaymentProvider } from './provider.ts';

export type StripeOptions = {
  secretKey: string;
  webhookSecret: string;
  log: Log;
  /** Where Stripe is, if not at Stripe. */
  apiUrl?: string | undefined;
  /** Milliseconds to wait for an answer. */
  timeoutMs?: number;
};

/** Seconds by which a webhook's time may differ from ours; older ones are replays. */
const webhookTolerance = 300;

export function createStripePayments(options: StripeOptions): PaymentProvider {
  const { secretKey, webhookSecret, log, apiUrl, timeoutMs = 8_000 } = options;
  const stripe = new StripeApi(secretKey, {
    timeout: timeoutMs,
    // Repeated by the library with the same idempotency key. What is still open then, the reconciler asks for.
    maxNetworkRetries: 1,
    telemetry: false,
    ...(apiUrl === undefined ? {} : addressOf(new URL(apiUrl))),
  });
  const { paymentIntents } = stripe;

  /** Makes the PaymentIntent of a key, or learns of the one there is. Nothing is charged by it. */
  const intentFor = ({ key, amount, currency }: Omit<Charge, 'ref'>) =>
    paymentIntents.create(
      {
        amount,
        currency: currency.toLowerCase(),
        // No page of a bank or a wallet in between: the seats are waiting.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { charge_key: key },
      },
      { idempotencyKey: key },
    );

  const undecided = (error: unknown, what: string): { kind: 'undecided' } => {
    const { type = '', code } = Object(error) as { type?: string; code?: string };
    // A key that is not ours, or may not do this, does not pass by itself.
    const ours = type === 'StripeAuthenticationError' || type === 'StripePermissionError';
    // Not the error itself: it carries the request with all that was sent.
    log[ours ? 'error' : 'warn']({ type, code, what }, 'no answer from Stripe that can be used');
    return { kind: 'undecided' };
  };

  /** Takes care that a PaymentIntent is never charged later; it is approved if it was before. */
  const close = async (ref: string, key: string): Promise<Decision | { kind: 'undecided' }> => {
    try {
      const closed = await paymentIntents.cancel(ref, {}, { idempotencyKey: `${key}.cancel` });
      return decisionIn(closed) ?? { kind: 'undecided' };
    } catch (error) {
      // It is past cancelling, and the answer says how it is.
      const intent = error instanceof StripeApi.errors.StripeError ? error.payment_intent : undefined;
      return (intent && decisionIn(intent)) ?? undecided(error, 'cancel');
    }
  };

  const confirm = async (ref: string, key: string, token: string): Promise<ChargeResult> => {
    try {
      const confirmed = await paymentIntents.confirm(
        ref,
        // What the bank wants to ask the buyer about counts as declined.
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
        // Refused as it is, such as an amount that is too small: the same key will get the same answer.
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
        // Without an id: its request may still be about to confirm, and then finds it cancelled.
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
        log.error({ key, status }, 'Stripe could not give a charge back');
        return 'undecided';
      } catch (error) {
        // Idempotency keys are forgotten after some days; that it was given back is not.
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
        event = stripe.webhooks.constructEvent(body, signature, webhookSecret, webhookTolerance);
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
  // Confirmed once and refused; nobody confirms it again.
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
