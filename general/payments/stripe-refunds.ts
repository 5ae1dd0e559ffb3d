/**
 * Refunds by Stripe. Each refund carries its key in its metadata, because Stripe forgets idempotency keys after some
 * days, and a refund may be tried for longer than that. So the refunds of the PaymentIntent are listed before one is
 * created. Two processes that both find none create one refund: they use the same idempotency key.
 */
import type StripeApi from 'stripe';
import type { Log } from '../../shared/tier/log.ts';
import { reversalOf } from './stripe-accounts.ts';
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
    const params = {
      payment_intent: ref,
      amount: toStripe({ ...charge, amount }),
      metadata: { refund_key: key },
    };
    // A refund that failed stays so, and its key would only bring it back.
    const idempotencyKey = own.length === 0 ? key : `${key}.${own.length}`;
    const refund =
      live ?? (await createRefund(stripe, { charge, params, idempotencyKey, earlier: own }, log));
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

type NewRefund = {
  charge: RefundRequest['charge'];
  params: StripeApi.RefundCreateParams;
  idempotencyKey: string;
  /** Refunds with the same key that failed. */
  earlier: readonly StripeApi.Refund[];
};

/**
 * Takes the money back from the organizer's account that got it. Where Stripe refuses that, because the account is
 * closed for example, the buyer does not wait for it: the platform gives the money.
 */
async function createRefund(
  stripe: StripeApi,
  { charge, params, idempotencyKey, earlier }: NewRefund,
  log: Log,
): Promise<StripeApi.Refund> {
  const create = (reversal: object, key: string) =>
    stripe.refunds.create({ ...params, ...reversal }, { idempotencyKey: key });
  // The money of a refund that failed has come back to the platform, not to the organizer.
  const isTakenBack = earlier.some(({ transfer_reversal }) => Boolean(transfer_reversal));
  const reversal = isTakenBack ? {} : reversalOf(charge);
  try {
    return await create(reversal, idempotencyKey);
  } catch (error) {
    const { type = '', code } = Object(error) as { type?: string; code?: string };
    const isReversal = Object.keys(reversal).length > 0;
    if (!isReversal || type !== 'StripeInvalidRequestError' || code === 'charge_already_refunded')
      throw error;
    // Stripe repeats the refusal under the first key, so two processes do not make one refund each way.
    const refund = await create({}, `${idempotencyKey}.platform`);
    log.error(
      { code, key: charge.key, account: charge.payout?.account, refund: refund.id },
      'the organizer’s account did not give back the money of a refund, so the platform did',
    );
    return refund;
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
