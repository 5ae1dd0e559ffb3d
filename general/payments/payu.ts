/**
 * PayU (India). The buyer's browser posts a form that this tier has signed to PayU's page, and is posted back. Nothing
 * is begun by a call of ours, and PayU cannot cancel: a form that was handed out can be paid at any time. So a payment
 * ends by a bound of ours, and one that succeeds later is refunded. See docs/decisions/038-payu.md.
 */
import type { Log } from '../../shared/tier/log.ts';
import { createPayuApi, type PayuApi, type Transaction } from './payu-api.ts';
import { formHash, keyOfTxnid, readPosted, rupees, txnidsOf, type PayuAccount } from './payu-messages.ts';
import type { Approved, Charge, Decision, Open, PaymentProvider, Undecided } from './provider.ts';
import { withoutReports } from './without-reports.ts';

export type PayuOptions = PayuAccount & {
  /** Address of PayU's page, to which browsers post. */
  pageUrl: string;
  apiUrl: string;
  /** Where PayU posts the browser back to. */
  returnUrl: string;
  findBuyer: (id: number) => Promise<{ name: string; email: string } | undefined>;
  log: Log;
  /** Time limit of a response. */
  timeoutMs?: number;
  now?: () => number;
};

const minute = 60_000;

/** After `payBy`: a buyer who is at PayU's page has this long to press Pay. */
const pageBoundMs = 3 * minute;
/** After `payBy`: a bank that has not decided by then is not waited for. */
const bankBoundMs = 15 * minute;
/** After `payBy`: when it is asked again about payments that have ended, which may have been paid since. */
const askAfterMs = [20 * minute, 3 * 60 * minute, 24 * 60 * minute];

const hour = 60 * minute;
/**
 * After PayU has accepted a refund: when it is asked what became of it. Most are decided within days; one that waits
 * for money of the merchant or for a bank can take longer.
 */
const refundAskAfterMs = [
  hour,
  6 * hour,
  24 * hour,
  3 * 24 * hour,
  7 * 24 * hour,
  14 * 24 * hour,
  30 * 24 * hour,
];

type Found =
  | Decision
  | Undecided
  /** `next`: the form for the next try. */
  | { kind: 'open'; next: string; isOnPage: boolean; declined?: string }
  | { kind: 'in_progress' };

/** PayU charges rupees only, from one on. How much is possible at once is up to the account and the buyer's bank. */
const rupeeLimits = { step: 1, minimum: 100, maximum: Infinity };

export function createPayuPayments(options: PayuOptions): PaymentProvider {
  const { pageUrl, apiUrl, log, now = Date.now, timeoutMs = 8_000 } = options;
  const account = { key: options.key, salt: options.salt };
  const api = createPayuApi({ account, apiUrl, log, timeoutMs });

  const look = async (charge: Charge): Promise<Found> => {
    if (charge.currency !== 'INR') return notCharged;
    const txnids = txnidsOf(charge.key);
    const tries = await api.verify(txnids);
    return tries ? stateOf(charge, txnids, tries) : { kind: 'undecided' };
  };

  return {
    name: 'payu',
    limitsOf: (currency) => (currency === 'INR' ? rupeeLimits : undefined),
    postsForms: true,
    formOrigins: [new URL(pageUrl).origin],
    late: { askAfterMs, boundMs: bankBoundMs, resolve: (charge) => lateResult(api, log, charge) },

    // Cards are entered at PayU alone, which names no fingerprint either.
    cardOf: () => Promise.resolve({ kind: 'unknown_token' }),
    confirm: () => Promise.resolve({ kind: 'unknown_token' }),

    // Without a call: PayU hears of a payment by the buyer's form.
    begin: (charge) =>
      charge.currency === 'INR'
        ? openWith(options, charge, txnidsOf(charge.key)[0]!)
        : Promise.resolve(notCharged),

    async find(charge) {
      const found = await look(charge);
      if (found.kind === 'open') return openWith(options, charge, found.next, found.declined);
      return found.kind === 'in_progress' ? { kind: 'pending' } : found;
    },

    async cancel(charge) {
      const found = await look(charge);
      if (found.kind !== 'open' && found.kind !== 'in_progress') return found;
      const overMs = now() - (charge.payBy ?? 0);
      // Seats that are given back before `payBy` are not waited for at PayU's page.
      const isWaitedFor =
        found.kind === 'in_progress'
          ? overMs < bankBoundMs
          : found.isOnPage && overMs >= 0 && overMs < pageBoundMs;
      return isWaitedFor ? { kind: 'undecided' } : { kind: 'declined', reason: 'abandoned' };
    },

    async refund({ charge: { ref, key: chargeKey }, key, amount }) {
      if (ref === undefined) throw new Error(`charge ${chargeKey} was approved without a transaction`);
      const result = await api.refund({ ref, key, paise: amount });
      if (result.kind === 'failed')
        log.error({ key, reason: result.reason }, 'PayU did not carry out a refund');
      return result;
    },

    acceptedRefunds: acceptedRefundsAt(api),

    readWebhook(body) {
      const fields = readPosted(account, body);
      if (!fields) return undefined;
      const key = keyOfTxnid(fields['txnid'] ?? '');
      return [key === undefined ? { kind: 'other' } : { kind: 'charge', key }];
    },
    // PayU does not sign what it reports of disputes and refunds, so `readWebhook` refuses both.
    ...withoutReports,
  };
}

function acceptedRefundsAt(api: PayuApi): NonNullable<PaymentProvider['acceptedRefunds']> {
  return {
    askAfterMs: refundAskAfterMs,
    async find({ ref, key }, keys) {
      if (ref === undefined) throw new Error(`charge ${key} was refunded without a transaction`);
      const refunds = await api.findRefunds(ref, keys);
      return refunds ? { kind: 'refunds', refunds } : { kind: 'undecided' };
    },
  };
}

/** The signed form that takes the buyer to PayU's page. */
async function openWith(
  { key, salt, pageUrl, returnUrl, findBuyer }: PayuOptions,
  charge: Charge,
  txnid: string,
  declined?: string,
): Promise<Open | Undecided> {
  const buyer = await findBuyer(charge.buyerId ?? 0);
  if (!buyer) return { kind: 'undecided' };
  const fields: Record<string, string> = {
    key,
    txnid,
    amount: rupees(charge.amount),
    productinfo: 'Tickets',
    firstname: signable(buyer.name, 60) || 'Buyer',
    email: signable(buyer.email, 254),
    surl: returnUrl,
    furl: returnUrl,
    curl: returnUrl,
  };
  const hash = formHash({ key, salt }, fields);
  return {
    kind: 'open',
    action: { provider: 'payu', step: 'choose', url: pageUrl, fields: { ...fields, hash } },
    ...(declined !== undefined && { declined }),
  };
}

const notCharged: Decision = { kind: 'declined', reason: 'currency_not_charged' };

/** Removes what has a meaning in what is hashed, or that PayU does not take. */
function signable(text: string, maxLength: number): string {
  return text
    .replaceAll(/[\p{Cc}|<>]/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

function stateOf(charge: Charge, txnids: readonly string[], tries: readonly Transaction[]): Found {
  const paid = tries.filter((each) => each.kind === 'paid' && each.paise === charge.amount) as Paid[];
  const [first] = paid;
  if (first) return { kind: 'approved', ref: paid.find(({ ref }) => ref === charge.ref)?.ref ?? first.ref };
  if (tries.some(({ kind }) => kind === 'in_progress')) return { kind: 'in_progress' };
  const latest = tries.findLast(({ kind }) => kind !== 'not_found');
  const reason =
    latest?.kind === 'failed' ? latest.reason : latest?.kind === 'paid' ? 'wrong_amount' : undefined;
  const isOnPage = tries.some(({ kind }) => kind === 'on_page');
  const next = txnids[latest ? tries.lastIndexOf(latest) + 1 : 0];
  if (next !== undefined)
    return { kind: 'open', next, isOnPage, ...(reason !== undefined && { declined: reason }) };
  // The last try may still be paid.
  return isOnPage ? { kind: 'in_progress' } : { kind: 'declined', reason: reason ?? 'too_many_tries' };
}

type Paid = Extract<Transaction, { kind: 'paid' }>;

/**
 * Gives back what must not become an order: another amount than ours, and a second payment of a buyer who paid in two
 * tabs. Which of two is the order's is known once it is stored, as `ref`. False if it could not be given back now.
 */
async function giveStraysBack(
  api: PayuApi,
  log: Log,
  charge: Charge,
  tries: readonly Transaction[],
): Promise<boolean> {
  let isDone = true;
  for (const each of tries) {
    if (each.kind !== 'paid') continue;
    const isSecond = charge.ref !== undefined && each.ref !== charge.ref;
    if (each.paise === charge.amount && !isSecond) continue;
    const { ref, paise } = each;
    const refund = await api.refund({ ref, key: `${charge.key}.stray`, paise });
    log.error(
      { key: charge.key, ref, paise, refund: refund.kind },
      'a payment at PayU is not the order’s and goes back',
    );
    isDone &&= refund.kind === 'refunded';
  }
  return isDone;
}

/** Whether a payment that has ended here was paid, after everything else that was paid under its key went back. */
async function lateResult(
  api: PayuApi,
  log: Log,
  charge: Charge,
): Promise<Approved | { kind: 'not_paid' } | Undecided> {
  const txnids = txnidsOf(charge.key);
  const tries = await api.verify(txnids);
  if (!tries || !(await giveStraysBack(api, log, charge, tries))) return { kind: 'undecided' };
  const found = stateOf(charge, txnids, tries);
  return found.kind === 'approved' ? found : { kind: 'not_paid' };
}
