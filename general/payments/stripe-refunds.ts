/**
 * Refunds by Stripe. Each refund carries its key in its metadata, because Stripe forgets idempotency keys after some
 * days, and a refund may be tried for longer than that. So the refunds of the PaymentIntent are listed before one is
 * created. Two processes that both find none create one refund: they use the same idempotency key.
 */
import type StripeApi from 'stripe';
import type { Log } from '../../shared/tier/log.ts';
import { toStripe } from './stripe-amounts.ts';
import type { RefundRequest, RefundResult } from './provider.ts';

export async function refundByStripe(
  stripe: StripeApi,
  { charge, key, amount }: RefundRequest,
  log: Log,
): Promise<RefundResult> {
  const { ref } = charge;
  if (ref === undefined) throw new Error(`charge ${charge.key} was approved without a PaymentIntent`);
  try {
    const own: StripeApi.Refund[] = [];
    for await (const each of stripe.refunds.list({ payment_intent: ref, limit: 100 }))
      if (each.metadata?.['refund_key'] === key) own.push(each);
    const live = own.find((each) => !hasFailed(each));
    const refund =
      live ??
      (await stripe.refunds.create(
        { payment_intent: ref, amount: toStripe({ ...charge, amount }), metadata: { refund_key: key } },
        // A refund that failed stays so, and its key would only bring it back.
        { idempotencyKey: own.length === 0 ? key : `${key}.${own.length}` },
      ));
    return resultOf(refund);
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'failed', reason: 'amount_not_refunded' };
    const { type = '', code } = Object(error) as { type?: string; code?: string };
    // Nothing is left of the charge, so this part of it has gone back as well.
    if (code === 'charge_already_refunded') return { kind: 'refunded' };
    const isRefused = type === 'StripeInvalidRequestError';
    const isConfigFault = type === 'StripeAuthenticationError' || type === 'StripePermissionError';
    // The error itself is not logged, since it contains the request with everything sent.
    log[isRefused || isConfigFault ? 'error' : 'warn'](
      { type, code, key },
      'Stripe did not carry out a refund',
    );
    if (isRefused || isConfigFault) return { kind: 'failed', reason: code ?? type };
    return { kind: 'undecided' };
  }
}

function hasFailed({ status }: StripeApi.Refund): boolean {
  return status === 'failed' || status === 'canceled';
}

/** A pending refund is on its way: with some banks this takes days. */
function resultOf(refund: StripeApi.Refund): RefundResult {
  const { id, status, failure_reason } = refund;
  if (status === 'succeeded' || status === 'pending') return { kind: 'refunded', ref: id };
  if (hasFailed(refund)) return { kind: 'failed', reason: failure_reason ?? status ?? 'failed' };
  return { kind: 'undecided' };
}
