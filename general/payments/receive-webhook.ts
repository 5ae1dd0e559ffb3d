import { z } from 'zod';
import { Problem } from '../../shared/problems.ts';
import { resolveByKey } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SaleDeps } from '../sale-deps.ts';
import { parseChargeKey } from './provider.ts';

/**
 * A webhook only says that there is news of a charge. What the news is, the provider is asked, so webhooks may come
 * twice, late and out of order.
 */
export function receiveWebhook(deps: SaleDeps): Route {
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
      if (id) await resolveByKey(deps, id);
    },
  });
}
