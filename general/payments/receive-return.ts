import { z } from 'zod';
import { Problem } from '../../shared/tier/problems.ts';
import type { SettleDeps } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { resolveNamed } from './receive-webhook.ts';

/**
 * The buyer's browser comes back from the provider's own page. Like a webhook, what it brings only makes us ask the
 * provider. It brings no session, since the post comes from another site, and needs none.
 */
export function receiveReturn(deps: SettleDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payments/return',
    summary: 'Return from the payment provider’s page',
    description:
      'Posted as a form by the buyer’s browser, with a signature of the payment provider. Only for providers that take ' +
      'the buyer to a page of their own.',
    tag: 'Checkout',
    who: 'anyone',
    fromOtherSites: true,
    takesForms: () => deps.payments.postsForms === true,
    body: z.looseObject({}),
    success: { status: 303, description: 'To the page of the drop' },
    problems: ['invalid_signature'],
    async handle({ rawBody, req, res, log }) {
      const { postsForms = false } = deps.payments;
      const [event] = (postsForms && deps.payments.readWebhook(rawBody, (name) => req.get(name))) || [];
      if (!event) throw new Problem('invalid_signature');
      const key = event.kind === 'charge' ? event.key : undefined;
      const named = await resolveNamed(deps, key).catch((error: unknown) => {
        // The buyer's page asks again, and so does the reconciler.
        log.warn({ err: error }, 'the result of a payment could not be asked for as its buyer returned');
        return undefined;
      });
      const dropId = named?.attempt.place.dropId;
      const page = named?.settlement?.kind === 'paid' ? '' : '/pay';
      res.set('Location', dropId === undefined ? '/' : `/drops/${dropId}${page}`);
    },
  });
}
