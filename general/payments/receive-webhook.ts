import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Problem } from '../../shared/tier/problems.ts';
import type { AttemptId, PaymentAttempt } from '../checkout/payment-attempt.ts';
import { resolveAttempt, type SettleDeps } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { parseChargeKey } from './provider.ts';

/**
 * A webhook only says that there is news of a charge. What the news is, the provider is asked, so webhooks may come
 * twice, late and out of order.
 */
export function receiveWebhook(deps: SettleDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payments/webhook',
    summary: 'Be told of a payment',
    description:
      'For the payment provider. Signed: header `Stripe-Signature`, or `Seatdrop-Signature` of the sandbox.',
    tag: 'Checkout',
    who: 'anyone',
    body: z.looseObject({}),
    success: { status: 204, description: 'Noted' },
    problems: ['invalid_signature'],
    async handle({ rawBody, req }) {
      const event = deps.payments.readWebhook(rawBody, (name) => req.get(name));
      if (!event) throw new Problem('invalid_signature');
      // Providers tell of much else; what is not noted is told again and again.
      const id = event.key === undefined ? undefined : parseChargeKey(event.key);
      const attempt = id && (await stillOpen(deps, id));
      if (attempt) await resolveAttempt(deps, attempt);
    },
  });
}

/** Milliseconds that a checkout is given to end by itself. */
const headStart = 300;

/**
 * The attempt, where nobody has settled it. As a rule the provider tells the news as it answers the checkout, which is
 * about to settle it then, and a second one doing the same would only be in its way. One that is settled, yet left half
 * way by a crash, the reconciler takes on.
 */
async function stillOpen({ till }: SettleDeps, id: AttemptId): Promise<PaymentAttempt | undefined> {
  await sleep(headStart);
  const attempt = await till.findAttempt(id);
  return attempt?.status === 'pending' ? attempt : undefined;
}
