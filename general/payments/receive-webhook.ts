import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Problem } from '../../shared/tier/problems.ts';
import type { AttemptId, PaymentAttempt } from '../checkout/payment-attempt.ts';
import { resolveAttempt, type SettleDeps } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { parseChargeKey } from './provider.ts';

/**
 * A webhook only says that a charge has changed; the provider is then asked for its state. So webhooks may come
 * twice, late and out of order.
 */
export function receiveWebhook(deps: SettleDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payments/webhook',
    summary: 'Receive a webhook of the payment provider',
    description:
      'Called by the payment provider. Signed in the header `Stripe-Signature`, or `Seatdrop-Signature` for the sandbox.',
    tag: 'Checkout',
    who: 'anyone',
    body: z.looseObject({}),
    success: { status: 204, description: 'Received' },
    problems: ['invalid_signature'],
    async handle({ rawBody, req }) {
      const event = deps.payments.readWebhook(rawBody, (name) => req.get(name));
      if (!event) throw new Problem('invalid_signature');
      // Webhooks about other things are answered 204 too, since providers repeat any that are not.
      const id = event.key === undefined ? undefined : parseChargeKey(event.key);
      const attempt = id && (await stillOpen(deps, id));
      if (attempt) await resolveAttempt(deps, attempt);
    },
  });
}

/** Time for the checkout request to settle the attempt itself. */
const headStartMs = 300;

/**
 * Returns the attempt if it is not settled. Usually the provider sends the webhook as it answers the checkout, which
 * is then about to settle the attempt, and a second process doing the same would only get in its way. An attempt that
 * a crash left half settled is handled by the reconciler.
 */
async function stillOpen({ till }: SettleDeps, id: AttemptId): Promise<PaymentAttempt | undefined> {
  await sleep(headStartMs);
  const attempt = await till.findAttempt(id);
  return attempt?.status === 'pending' ? attempt : undefined;
}
