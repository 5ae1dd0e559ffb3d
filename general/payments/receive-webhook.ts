import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Problem } from '../../shared/tier/problems.ts';
import type { PaymentAttempt } from '../checkout/payment-attempt.ts';
import { resolveLate } from '../checkout/resolve-late.ts';
import { resolveAttempt, type Settlement, type SettleDeps } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { askAccount } from '../payouts/ask-account.ts';
import { parseChargeKey, type WebhookSubject } from './provider.ts';
import { recordDispute } from './record-dispute.ts';
import { recordRefunds } from './record-refunds.ts';
import { recordTransfer } from './record-transfer.ts';

/**
 * A webhook only says that charges, a dispute, a refund or an account have changed; the provider is then asked for its state. So
 * webhooks may come twice, late and out of order.
 */
export function receiveWebhook(deps: SettleDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payments/webhook',
    summary: 'Receive a webhook of the payment provider',
    description:
      'Called by the payment provider. Signed in the header `Stripe-Signature`, or `Seatdrop-Signature` for the sandbox; for ' +
      'PayU a form, signed in its field `hash`.',
    tag: 'Checkout',
    who: 'anyone',
    takesForms: () => deps.payments.postsForms === true,
    body: z.looseObject({}),
    success: { status: 204, description: 'Received' },
    problems: ['invalid_signature'],
    async handle({ rawBody, req }) {
      const subjects = deps.payments.readWebhook(rawBody, (name) => req.get(name));
      if (!subjects) throw new Problem('invalid_signature');
      // One that fails holds up none of the others. Then the provider repeats the whole webhook, which does no harm.
      const results = await Promise.allSettled(subjects.map((subject) => followWebhook(deps, subject)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  });
}

/** Asks the provider about one subject of a webhook. Rejects if the provider has to send the webhook again. */
export async function followWebhook(deps: SettleDeps, subject: WebhookSubject): Promise<void> {
  switch (subject.kind) {
    case 'charge':
      await resolveNamed(deps, subject.key, headStartMs);
      return recordTransfer(deps, subject.key);
    case 'dispute':
      return recordDispute(deps, subject.id);
    case 'refund':
      return recordRefunds(deps, subject.chargeRef);
    case 'account':
      await askAccount(deps, subject.ref);
      return;
    case 'other':
      // Answered 204 too, since providers repeat any webhook that is not.
      return;
  }
}

/**
 * Asks the provider about the attempt that a webhook or a return names, unless it needs no asking. An attempt that a
 * crash left half settled is handled by the reconciler.
 */
export async function resolveNamed(
  deps: SettleDeps,
  key: string | undefined,
  waitMs = 0,
): Promise<{ attempt: PaymentAttempt; settlement?: Settlement } | undefined> {
  const id = key === undefined ? undefined : parseChargeKey(key);
  if (!id) return undefined;
  if (waitMs > 0) await sleep(waitMs);
  const attempt = await deps.till.findAttempt(id);
  if (attempt?.status === 'pending') return { attempt, settlement: await resolveAttempt(deps, attempt) };
  if (attempt) await resolveLate(deps, attempt);
  return attempt && { attempt, ...(attempt.status === 'approved' && { settlement: { kind: 'paid' } }) };
}

/**
 * Time for the checkout request to settle the attempt itself. Usually the provider sends the webhook as it answers the
 * checkout, which is then about to settle the attempt, and a second process doing the same would only get in its way.
 */
const headStartMs = 300;
