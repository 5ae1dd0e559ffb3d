/** What the stand-in for Stripe (start-stripe.ts) has of charges that succeeded: refunds and disputes. */
import { reversalFault, type Destination, type StripeAccounts } from './stripe-accounts.ts';
import { failure, type StripeAnswer, type Asked } from './stripe-answers.ts';

type ChargedIntent = Destination & {
  id: string;
  status: string;
  amount: number;
  currency: string;
  refunds: StripeRefund[];
};

export type StripeRefund = {
  id: string;
  amount: number;
  currency: string;
  status: string;
  metadata: Record<string, string>;
  failure_reason?: string;
  /** What it took back from the account that had got the money. */
  transfer_reversal: string | null;
  created: number;
};

export type StripeDispute = {
  id: string;
  payment_intent: string;
  amount: number;
  currency: string;
  reason: string;
  status: string;
  created: number;
  evidence_details: { due_by: number | null };
};

/** Answers requests to /v1/refunds. */
export function refunds(
  { intents, accounts }: { intents: ReadonlyMap<string, ChargedIntent>; accounts: StripeAccounts },
  { method, path, form }: Pick<Asked, 'method' | 'path' | 'form'>,
  example: Record<string, unknown>,
): StripeAnswer {
  const asked = method === 'GET' ? new URL(path, 'http://stripe').searchParams : new URLSearchParams(form);
  const intent = intents.get(asked.get('payment_intent') ?? '');
  if (intent?.status !== 'succeeded')
    return failure(400, 'invalid_request_error', { code: 'resource_missing' });
  const { refunds: made, amount: charged } = intent;
  if (method === 'GET') {
    const data = made.map((each) => ({ object: 'refund', ...each }));
    return { status: 200, body: { ...example, has_more: false, data } };
  }
  const given = made
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amount }) => sum + amount, 0);
  const amount = Number(form['amount'] ?? charged - given);
  if (given >= charged) return failure(400, 'invalid_request_error', { code: 'charge_already_refunded' });
  if (given + amount > charged) return failure(400, 'invalid_request_error', { code: 'amount_too_large' });
  const fault = reversalFault(accounts, form, intent);
  if (fault) return fault;
  const key = form['metadata[refund_key]'];
  const refund = addRefund(intent, amount, key === undefined ? {} : { refund_key: key });
  if (form['reverse_transfer'] === 'true') refund.transfer_reversal = `trr_${refund.id}`;
  return { status: 200, body: { ...example, ...refund } };
}

export function addRefund(
  { id, currency, refunds: made }: ChargedIntent,
  amount: number,
  metadata: Record<string, string>,
): StripeRefund {
  const refund = {
    id: `re_${made.length + 1}_${id}`,
    amount,
    currency,
    status: 'succeeded',
    metadata,
    transfer_reversal: null,
    created: Math.floor(Date.now() / 1000),
  };
  made.push(refund);
  return refund;
}

export function openDispute(
  disputes: Map<string, StripeDispute>,
  { id, amount, currency }: Pick<ChargedIntent, 'id' | 'amount' | 'currency'>,
  facts: Partial<StripeDispute>,
): StripeDispute {
  const created = Math.floor(Date.now() / 1000);
  const dispute = {
    id: `du_${disputes.size + 1}_${id}`,
    payment_intent: id,
    amount,
    currency,
    reason: 'fraudulent',
    status: 'needs_response',
    created,
    evidence_details: { due_by: created + 7 * 86_400 },
    ...facts,
  };
  disputes.set(dispute.id, dispute);
  return dispute;
}
