/** The sandbox provider (local/sandbox-payments) over HTTP: a real network in between, with all its failures. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { httpCall } from './http-call.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { Decision, Open, PaymentProvider, RefundResult, WebhookSubject } from './provider.ts';
import { withoutReports } from './without-reports.ts';

export type SandboxOptions = {
  url: string;
  apiKey: string;
  webhookSecret: string;
  log: Log;
  /** Time limit of a response. */
  timeoutMs?: number;
};

const charge = z.object({
  id: z.string(),
  status: z.enum(['open', 'challenged', 'pending', 'approved', 'declined', 'canceled']),
  reason: z.string().optional(),
  secret: z.string().optional(),
});
const webhook = z.object({ events: z.array(z.object({ key: z.string() })) });
const refund = z.object({ id: z.string() });
const problem = z.object({ code: z.string() });

/** Maximum difference between a webhook's time and ours; an older webhook is a replay. */
const webhookToleranceSeconds = 300;

type Answer = { status: number; body: unknown };

export function createSandboxPayments({
  url,
  apiKey,
  webhookSecret,
  log,
  timeoutMs = 5_000,
}: SandboxOptions): PaymentProvider {
  /** Returns undefined if there was no usable response. */
  const call = async (
    method: string,
    path: string,
    sent?: unknown,
    key?: string,
  ): Promise<Answer | undefined> => {
    try {
      const { status, body } = await httpCall(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: sent === undefined ? undefined : JSON.stringify(sent),
        timeoutMs,
      });
      if (status >= 500) return undefined;
      return { status, body: JSON.parse(body) };
    } catch (error) {
      log.debug({ err: error, path }, 'no response from the payment provider');
      return undefined;
    }
  };

  return {
    name: 'sandbox',

    // The sandbox knows its cards by their tokens alone, and refuses an unknown one when it is charged.
    cardOf: (token) => Promise.resolve({ kind: 'card', fingerprint: token }),

    async begin({ key, amount, currency }) {
      return stateIn(await call('POST', '/charges', { amount, currency }, key)) ?? { kind: 'undecided' };
    },

    async confirm({ key, amount, currency, token }) {
      const answer = await call('POST', '/charges', { amount, currency, token }, key);
      if (answer?.status === 422) return { kind: 'unknown_token' };
      return stateIn(answer) ?? { kind: 'undecided' };
    },

    async find({ key }) {
      const answer = await call('GET', `/charges/by-key/${encodeURIComponent(key)}`);
      if (answer?.status === 404) return { kind: 'unknown' };
      return stateIn(answer) ?? { kind: answer ? 'pending' : 'undecided' };
    },

    async cancel({ key }) {
      const answer = await call('POST', `/charges/${encodeURIComponent(key)}/cancel`);
      return decisionIn(answer) ?? { kind: 'undecided' };
    },

    async refund({ charge: { key: chargeKey }, key, amount }) {
      const answer = await call('POST', '/refunds', { chargeKey, refundKey: key, amount }, key);
      return refundIn(answer);
    },
    // The sandbox has neither banks that dispute nor a dashboard in which others refund.
    ...withoutReports,
    readWebhook: (body, header) => readSigned(body, header('seatdrop-signature') ?? '', webhookSecret),
  };
}

/** Returns undefined if the signature is not the sandbox's, or is old. */
function readSigned(body: Buffer, header: string, secret: string): WebhookSubject[] | undefined {
  const [, time, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (time === undefined || signature === undefined) return undefined;
  if (Math.abs(Date.now() / 1000 - Number(time)) > webhookToleranceSeconds) return undefined;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return undefined;
  const parsed = webhook.safeParse(JSON.parse(body.toString('utf8')));
  return parsed.data?.events.map(({ key }) => ({ kind: 'charge', key }));
}

/** Undefined while the sandbox has not decided, and if the answer is of no use. */
function stateIn(answer: Answer | undefined): Decision | Open | undefined {
  const parsed = charge.safeParse(answer?.body);
  if (!parsed.success) return undefined;
  const { id, status, reason, secret = '' } = parsed.data;
  switch (status) {
    case 'approved':
      return { kind: 'approved', ref: id };
    case 'declined':
    case 'canceled':
      return { kind: 'declined', reason: reason ?? status };
    case 'open':
    case 'challenged': {
      const step = status === 'open' ? 'choose' : 'challenge';
      const declined = status === 'open' && reason !== undefined ? { declined: reason } : {};
      return { kind: 'open', action: { provider: 'sandbox', step, secret }, ...declined };
    }
    case 'pending':
      return undefined;
  }
}

function refundIn(answer: Answer | undefined): RefundResult {
  if (!answer) return { kind: 'undecided' };
  if (answer.status === 200) {
    const parsed = refund.safeParse(answer.body);
    return { kind: 'refunded', ...(parsed.success && { ref: parsed.data.id }) };
  }
  const parsed = problem.safeParse(answer.body);
  const reason = parsed.success ? parsed.data.code : `status_${answer.status}`;
  // Nothing is left of the charge, so this part of it has gone back as well.
  return reason === 'all_refunded' ? { kind: 'refunded' } : { kind: 'failed', reason };
}

/** Also present in the 409 that answers cancelling an approved charge. */
function decisionIn(answer: Answer | undefined): Decision | undefined {
  const state = stateIn(answer);
  return state?.kind === 'open' ? undefined : state;
}
