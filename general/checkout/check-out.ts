import { z } from 'zod';
import { verifyCheckoutToken } from '../../shared/auth/checkout-token.ts';
import { checkoutBody } from '../../shared/contract/checkout.ts';
import { order } from '../../shared/contract/orders.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { defineRoute, Otherwise, type Route } from '../http/route.ts';
import { presentOrder, presentOrders, type OrderRow } from '../orders/present-orders.ts';
import type { Deps } from '../deps.ts';
import { payHold } from './pay-hold.ts';
import type { SettleDeps } from './settle.ts';

const undecided = z.object({ status: z.literal('paying') }).meta({ id: 'PaymentUndecided' });

export function checkOut(deps: SettleDeps & Pick<Deps, 'checkoutKeys' | 'supportEmail'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/checkout',
    summary: 'Pay for the seats you hold',
    description:
      'Safe to repeat with the same checkout token: a hold is charged at most once and becomes one order.',
    tag: 'Checkout',
    who: 'signed-in',
    body: checkoutBody,
    success: { status: 201, schema: order, description: 'Paid: the order' },
    otherwise: {
      status: 202,
      schema: undecided,
      description:
        'The payment provider has not decided yet. The seats stay held until it has; read your entry for the result.',
    },
    problems: [
      'bad_checkout_token',
      'not_your_hold',
      'hold_expired',
      'already_paid',
      'payment_under_way',
      'payment_declined',
      'unknown_payment_token',
      'seats_lost',
    ],
    async handle({ body, session }) {
      const checked = verifyCheckoutToken(body.checkoutToken, deps.checkoutKeys);
      if (checked.kind === 'invalid') throw new Problem('bad_checkout_token');
      // An expired token still names its hold; Redis decides whether that hold was paid or has ended.
      const { buyerId, dropId, partition, holdId, seats, expiresAt } = checked.claims;
      if (buyerId !== session.userId) throw new Problem('not_your_hold');

      const hold = { holdId, buyerId, seats, expiresAt };
      const result = await payHold(deps, { dropId, partition }, hold, body.payment.token);
      switch (result.kind) {
        case 'paid': {
          // An order placed by this call is complete in memory; one placed by an earlier request is read from MySQL.
          const terms = result.order && (await deps.findTerms(dropId));
          if (result.order && terms) return presentOrder(result.order, terms, seats);
          const row = await deps.db<OrderRow>('orders').where({ id: holdId }).first();
          const [presented] = await presentOrders(deps.db, row ? [row] : []);
          if (!presented) throw new Error(`order ${holdId} is paid but does not exist in MySQL`);
          return presented;
        }
        case 'undecided':
          return new Otherwise({ status: 'paying' as const });
        case 'declined':
          throw new Problem('payment_declined', {
            detail:
              result.expiresAt === undefined
                ? 'The card was declined, and the time of the hold is over.'
                : 'The card was declined. You can try another one while the hold lasts.',
            extensions: {
              reason: result.reason,
              ...(result.expiresAt === undefined
                ? {}
                : { expiresAt: new Date(result.expiresAt).toISOString() }),
            },
          });
        case 'already_paid':
          throw new Problem('already_paid', { extensions: { orderId: holdId } });
        case 'seats_lost':
          throw new Problem('seats_lost');
        case 'expired':
          throw new Problem('hold_expired');
        case 'under_way':
          throw new Problem('payment_under_way', { retryAfter: 2 });
        case 'unknown_token':
          throw new Problem('unknown_payment_token');
        case 'unavailable':
          throw new Problem('unavailable', { retryAfter: 2 });
      }
    },
  });
}
