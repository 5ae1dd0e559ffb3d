/**
 * What Stripe reports of charges that were approved: disputes, and refunds. An event only names its subject, and Stripe
 * is then asked for the state, so events may come twice, late and out of order.
 */
import StripeApi from 'stripe';
import { fromStripe } from './stripe-amounts.ts';
import type { Dispute, FoundRefund, Open, PaymentProvider, Undecided, WebhookSubject } from './provider.ts';

type OnFault = (error: unknown, what: string) => Undecided;

/** Why a card was declined, and which. A card that the bank's question stopped has no charge at Stripe. */
export function declineIn(
  failure: StripeApi.PaymentIntent.LastPaymentError,
): Pick<Open, 'declined' | 'declinedCard'> {
  const { decline_code, code, charge, payment_method: method } = failure;
  const tryId = charge ?? method?.id;
  return {
    declined: decline_code || code || 'card_declined',
    ...(tryId !== undefined && {
      declinedCard: { tryId, fingerprint: method?.card?.fingerprint ?? undefined },
    }),
  };
}

type Secrets = {
  secretKey: string;
  webhookSecret: string;
  /** Only if organizers are paid by Connect. */
  connect?: { webhookSecret: string } | undefined;
};

/** The part of the port that is about charges after their approval, and the webhooks that report it. */
export function stripeReports(
  stripe: StripeApi,
  secrets: Secrets,
  onFault: OnFault,
): Pick<PaymentProvider, 'findDispute' | 'findRefunds' | 'findTransfer' | 'readWebhook'> {
  return {
    findDispute: (id) => findStripeDispute(stripe, id, onFault),
    findRefunds: (chargeRef) => findStripeRefunds(stripe, chargeRef, onFault),
    findTransfer: (chargeRef) => findStripeTransfer(stripe, chargeRef, onFault),
    readWebhook: (body, header) => readEvent(stripe, body, header('stripe-signature') ?? '', secrets),
  };
}

/** Maximum difference between a webhook's time and ours; an older webhook is a replay. */
const webhookToleranceSeconds = 300;

/** Returns undefined if the signature is not Stripe's, or is old. */
function readEvent(
  stripe: StripeApi,
  body: Buffer,
  signature: string,
  { webhookSecret, secretKey, connect }: Secrets,
): WebhookSubject[] | undefined {
  const isLive = /^.k_live_/.test(secretKey);
  const signedWith = (secret: string) => {
    try {
      return stripe.webhooks.constructEvent(body, signature, secret, webhookToleranceSeconds);
    } catch {
      return undefined;
    }
  };
  const own = signedWith(webhookSecret);
  if (own) return [subjectOf(own, isLive)];
  const ofAccount = connect && signedWith(connect.webhookSecret);
  return ofAccount && [accountIn(ofAccount, isLive)];
}

/** Events of organizers' accounts are of interest only where they change whether the organizer can be paid. */
function accountIn({ type, livemode, account }: StripeApi.Event, isLive: boolean): WebhookSubject {
  const isAbout = accountEvents.has(type) && livemode === isLive && (account ?? '') !== '';
  return isAbout ? { kind: 'account', ref: account! } : { kind: 'other' };
}

const accountEvents = new Set<string>(['account.updated', 'account.application.deauthorized']);

/** @param isLive whether the configured key charges real money */
function subjectOf(event: StripeApi.Event, isLive: boolean): WebhookSubject {
  const { type, livemode, account } = event;
  // Events of other accounts (`account` is set for those only) and of test mode name charges that are not ours.
  if (livemode !== isLive || (account ?? '') !== '') return { kind: 'other' };
  const about = event.data.object as {
    id?: unknown;
    payment_intent?: unknown;
    metadata?: Record<string, unknown> | null;
  };
  // A charge has the metadata of its PaymentIntent. It changes when Stripe has made its transfer, for example.
  if (type.startsWith('payment_intent.') || type === 'charge.updated') {
    const key = about.metadata?.['charge_key'];
    return typeof key === 'string' ? { kind: 'charge', key } : { kind: 'other' };
  }
  if (type.startsWith('charge.dispute.'))
    return typeof about.id === 'string' ? { kind: 'dispute', id: about.id } : { kind: 'other' };
  if (type === 'charge.refunded' || type.startsWith('charge.refund.') || type.startsWith('refund.')) {
    const chargeRef = idIn(about.payment_intent);
    return chargeRef === undefined ? { kind: 'other' } : { kind: 'refund', chargeRef };
  }
  return { kind: 'other' };
}

async function findStripeDispute(
  stripe: StripeApi,
  id: string,
  onFault: OnFault,
): ReturnType<PaymentProvider['findDispute']> {
  try {
    const found = await stripe.disputes.retrieve(id);
    const chargeRef = idIn(found.payment_intent);
    if (chargeRef === undefined) return { kind: 'unknown' };
    const { amount, currency, reason, status, created, evidence_details } = found;
    const dueBy = evidence_details?.due_by ?? undefined;
    return {
      kind: 'dispute',
      dispute: {
        id,
        chargeRef,
        ...ours(amount, currency),
        reason,
        status: statusOf(status),
        respondBy: dueBy === undefined ? undefined : new Date(dueBy * 1000),
        openedAt: new Date(created * 1000),
      },
    };
  } catch (error) {
    return isMissing(error) ? { kind: 'unknown' } : onFault(error, 'read a dispute');
  }
}

/** An inquiry (`warning_…`) takes no money, and becomes a dispute if it is not answered. */
function statusOf(status: string): Dispute['status'] {
  if (status === 'won' || status === 'lost') return status;
  if (status === 'warning_closed' || status === 'prevented') return 'closed';
  return status.endsWith('under_review') ? 'under_review' : 'needs_response';
}

async function findStripeRefunds(
  stripe: StripeApi,
  chargeRef: string,
  onFault: OnFault,
): ReturnType<PaymentProvider['findRefunds']> {
  try {
    const refunds: FoundRefund[] = [];
    for await (const each of stripe.refunds.list({ payment_intent: chargeRef, limit: 100 }))
      refunds.push({
        id: each.id,
        key: each.metadata?.['refund_key'],
        ...ours(each.amount, each.currency),
        status: each.status === 'failed' || each.status === 'canceled' ? 'failed' : 'made',
        reason: each.failure_reason ?? undefined,
        madeAt: new Date(each.created * 1000),
      });
    return { kind: 'refunds', refunds };
  } catch (error) {
    return isMissing(error) ? { kind: 'unknown' } : onFault(error, 'list refunds');
  }
}

/** Stripe may make the transfer some moments after the payment has succeeded. */
async function findStripeTransfer(
  stripe: StripeApi,
  chargeRef: string,
  onFault: OnFault,
): ReturnType<NonNullable<PaymentProvider['findTransfer']>> {
  try {
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(chargeRef, {
      expand: ['latest_charge'],
    });
    const ref = idIn(Object(charge).transfer);
    return ref === undefined ? { kind: 'none' } : { kind: 'transfer', ref };
  } catch (error) {
    const answer = onFault(error, 'read a transfer');
    // Asking again does not help a key that may not read charges, and Stripe gives up webhooks that always fail.
    return error instanceof StripeApi.errors.StripePermissionError ? { kind: 'none' } : answer;
  }
}

function ours(sent: number, currency: string): { amount: number; currency: string } {
  const code = currency.toUpperCase();
  return { amount: fromStripe(sent, code), currency: code };
}

const isMissing = (error: unknown) =>
  error instanceof StripeApi.errors.StripeInvalidRequestError && error.code === 'resource_missing';

function idIn(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  const { id } = Object(reference) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
