/** PayU's API for merchants (docs.payu.in, "General APIs"): what became of transactions, and refunds. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Log } from '../../shared/tier/log.ts';
import { httpCall } from './http-call.ts';
import { commandHash, paiseOf, rupees, type PayuAccount } from './payu-messages.ts';
import type { AcceptedRefund, RefundResult } from './provider.ts';

export type PayuApiOptions = {
  account: PayuAccount;
  apiUrl: string;
  log: Log;
  /** Time limit of a response. */
  timeoutMs: number;
};

export type Transaction =
  /** No browser has posted its form to PayU. */
  | { kind: 'not_found' }
  /** `on_page`: the buyer is at PayU's page, or has left it. `in_progress`: the buyer's bank decides. */
  | { kind: 'on_page' | 'in_progress' }
  | { kind: 'failed'; reason: string }
  /** `paise`: what was paid. */
  | { kind: 'paid'; ref: string; paise: number };

export type PayuApi = ReturnType<typeof createPayuApi>;

const text = z.union([z.string(), z.number()]).transform(String);

const transaction = z.object({
  mihpayid: z.string(),
  status: z.string(),
  unmappedstatus: z.string().optional(),
  amt: text.optional(),
  net_amount_debit: text.optional(),
  disc: text.optional(),
  error_code: z.string().optional(),
});

const verified = z.object({ transaction_details: z.record(z.string(), transaction) });

const action = z.object({ action: z.string(), token: z.string(), status: z.string() });
const actions = z.object({ transaction_details: z.record(z.string(), z.record(z.string(), action)) });

const queued = z.object({ status: z.number(), msg: z.string().optional(), request_id: text.optional() });

export function createPayuApi({ account, apiUrl, log, timeoutMs }: PayuApiOptions) {
  /** Undefined if there was no usable response. */
  const call = async (command: string, ...vars: string[]): Promise<unknown> => {
    const hash = commandHash(account, command, vars[0] ?? '');
    const form = new URLSearchParams({ key: account.key, command, hash });
    for (const [index, value] of vars.entries()) form.set(`var${index + 1}`, value);
    try {
      const { status, body } = await httpCall(new URL(apiUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        timeoutMs,
      });
      if (status === 200) return JSON.parse(body);
      log.warn({ command, status }, 'PayU did not answer');
    } catch (error) {
      log.warn({ err: error, command }, 'no usable response from PayU');
    }
    return undefined;
  };

  return {
    /** What became of these transactions, in their order; undefined if PayU does not say it of each of them. */
    async verify(txnids: readonly string[]): Promise<Transaction[] | undefined> {
      const answer = await call('verify_payment', txnids.join('|'));
      if (answer === undefined) return undefined;
      const parsed = verified.safeParse(answer);
      const found = parsed.success
        ? txnids.map((id) => readTransaction(parsed.data.transaction_details[id]))
        : [];
      const known = found.filter((each) => each !== undefined);
      if (known.length === txnids.length) return known;
      const { msg } = Object(answer) as { msg?: unknown };
      log.error(
        { command: 'verify_payment', msg },
        'PayU’s answer is not as documented, or refuses the merchant key',
      );
      return undefined;
    },

    /** Gives back a part of a transaction, once for each key. */
    async refund({ ref, key, paise }: { ref: string; key: string; paise: number }): Promise<RefundResult> {
      const known = readRefunds(await call('check_action_status', ref, 'payuid'), ref);
      if (!known) return { kind: 'undecided' };
      // A refund that failed at the bank is made anew, with another token.
      for (let number = 0; ; number += 1) {
        const token = tokenOf(key, number);
        const earlier = known.filter((each) => each.token === token);
        const alive = earlier.find((each) => !isFailure(each.status));
        if (alive) return { kind: 'refunded', ref: alive.requestId };
        if (earlier.length > 0) continue;
        const answer = queued.safeParse(await call('cancel_refund_transaction', ref, token, rupees(paise)));
        if (!answer.success) return { kind: 'undecided' };
        const { status, msg = 'refused', request_id: requestId } = answer.data;
        if (status === 1 && requestId !== undefined) return { kind: 'refunded', ref: requestId };
        // Another process has made the same refund since: asking again finds it.
        return /token/i.test(msg) ? { kind: 'undecided' } : { kind: 'failed', reason: msg.slice(0, 100) };
      }
    },

    /** What became of the refunds of a transaction with these keys; undefined if PayU does not say. */
    async findRefunds(ref: string, keys: readonly string[]): Promise<AcceptedRefund[] | undefined> {
      const known = readRefunds(await call('check_action_status', ref, 'payuid'), ref);
      return known && keys.flatMap((key) => refundsWith(key, known));
    },
  };
}

type NotedRefund = z.infer<typeof action> & { requestId: string };

/** A key has another token for each time that its refund was made. */
function refundsWith(key: string, known: readonly NotedRefund[]): AcceptedRefund[] {
  const tokens = new Set(known.map((_, number) => tokenOf(key, number)));
  return known
    .filter(({ token }) => tokens.has(token))
    .map(({ requestId: id, status }) => ({
      id,
      key,
      status: isFailure(status) ? 'failed' : 'made',
      // PayU names no other reason.
      reason: isFailure(status) ? status.toLowerCase() : undefined,
      isFinal: isFailure(status) || /^success/i.test(status),
    }));
}

/** Refunds of a transaction that PayU has noted; undefined if it does not say. A paid one has its capture at least. */
function readRefunds(answer: unknown, ref: string): NotedRefund[] | undefined {
  const noted = actions.safeParse(answer).data?.transaction_details[ref];
  if (!noted) return undefined;
  return Object.entries(noted)
    .filter(([, each]) => each.action === 'refund' || each.action === 'cancel')
    .map(([requestId, each]) => ({ requestId, ...each }));
}

/** PayU keeps 23 characters of a token. */
function tokenOf(key: string, number: number): string {
  return createHash('sha256').update(`${key}#${number}`).digest('hex').slice(0, 22);
}

const isFailure = (status: string) => /^(?:fail|reject|cancel)/i.test(status);

/** Undefined if it is not as documented. */
function readTransaction(found: z.infer<typeof transaction> | undefined): Transaction | undefined {
  if (!found) return undefined;
  const { mihpayid: ref, unmappedstatus: detail = '', error_code: code } = found;
  switch (found.status.toLowerCase()) {
    case 'not found':
      return { kind: 'not_found' };
    case 'success': {
      // Authorized only: not our money yet, and it may never be.
      if (detail.toLowerCase() === 'auth') return { kind: 'in_progress' };
      const paise = paidIn(found);
      return paise === undefined ? undefined : { kind: 'paid', ref, paise };
    }
    case 'pending':
      return { kind: detail.toLowerCase() === 'initiated' ? 'on_page' : 'in_progress' };
    case 'failure':
      return { kind: 'failed', reason: code === undefined || code === '' ? detail || 'failure' : code };
    default:
      return undefined;
  }
}

/**
 * `amt` is the amount of the form, `net_amount_debit` what the buyer paid: more if PayU charges the buyer for its service,
 * less by `disc` if it offers a discount.
 */
function paidIn({ amt, net_amount_debit: net, disc }: z.infer<typeof transaction>): number | undefined {
  const paise = amt === undefined ? undefined : paiseOf(amt);
  if (paise === undefined || net === undefined) return paise;
  const [debited, discount] = [paiseOf(net), paiseOf(disc ?? '0')];
  return debited === undefined || discount === undefined ? undefined : Math.min(paise, debited + discount);
}
