import { verifyCheckoutToken } from '../../shared/auth/checkout-token.ts';
import { checkoutBody, paymentOpen, paymentUndecided } from '../../shared/contract/checkout.ts';
import { order } from '../../shared/contract/orders.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { defineRoute, Otherwise, type Route } from '../http/route.ts';
import { presentOrder, presentOrders, type OrderRow } from '../orders/present-orders.ts';
import type { Deps } from '../deps.ts';
import { payHold, type PayResult } from './pay-hold.ts';
import type { SettleDeps } from './settle.ts';

/** Since when requests without `total` are deprecated (RFC 9745). */
const totalRequiredSince = '@1795910400';

const description =
  'Begins the payment of a hold, resumes it, or confirms it with a card; a total of 0 is settled at once, without payment. ' +
  'Safe to repeat with the same checkout token: a hold is charged at most once and becomes one order. After a declined ' +
  'card another one can be sent until `payBy`.';

export function checkOut(deps: SettleDeps & Pick<Deps, 'checkoutKeys' | 'supportEmail'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/checkout',
    summary: 'Pay for the seats you hold',
    description,
    tag: 'Checkout',
    who: 'signed-in',
    body: checkoutBody,
    success: { status: 201, schema: order, description: 'Paid: the order' },
    otherwise: [
      {
        status: 200,
        schema: paymentOpen,
        description: 'The payment waits for the buyer, at most until `payBy`',
      },
      {
        status: 202,
        schema: paymentUndecided,
        description:
          'The payment provider has not decided yet. The seats stay held until it has; read your entry for the result.',
      },
    ],
    problems: [
      'bad_checkout_token',
      'not_your_hold',
      'hold_expired',
      'already_paid',
      'payment_under_way',
      'payment_declined',
      'unknown_payment_token',
      'seats_lost',
      'total_changed',
    ],
    records: { nothing: 'buyers act for themselves; orders and payments have it' },
    async handle({ body, session, res }) {
      const checked = verifyCheckoutToken(body.checkoutToken, deps.checkoutKeys);
      if (checked.kind === 'invalid') throw new Problem('bad_checkout_token');
      // An expired token still names its hold; Redis decides whether that hold was paid or has ended.
      const { buyerId, dropId, partition, holdId, seats, expiresAt } = checked.claims;
      if (buyerId !== session.userId) throw new Problem('not_your_hold');

      // Pages that were open before the field existed do not send it.
      if (!body.total) res.set('Deprecation', totalRequiredSince);
      const hold = { holdId, buyerId, seats, expiresAt };
      const payment = { token: body.payment?.token, total: body.total };
      const result = await payHold(deps, { dropId, partition }, hold, payment);
      switch (result.kind) {
        case 'paid':
          return presentPaid(deps, result, { dropId, holdId, seats });
        case 'undecided':
          return new Otherwise({ status: 202, body: { status: 'paying' as const } });
        case 'open':
          if (result.declined !== undefined && body.payment)
            throw anotherCard(result.declined, isoTime(result.payBy));
          return new Otherwise({ status: 200, body: presentOpen(result) });
        case 'declined':
        case 'total_changed':
        case 'already_paid':
        case 'seats_lost':
        case 'expired':
        case 'under_way':
        case 'unknown_token':
        case 'unavailable':
        case 'nothing_to_pay':
          throw refusalOf(result, holdId);
      }
    },
  });
}

/** An order placed by this call is complete in memory; one placed by an earlier request is read from MySQL. */
async function presentPaid(
  { db, findTerms }: Pick<Deps, 'db' | 'findTerms'>,
  { order: placed }: Extract<PayResult, { kind: 'paid' }>,
  { dropId, holdId, seats }: { dropId: number; holdId: string; seats: readonly string[] },
) {
  const terms = placed && (await findTerms(dropId));
  if (placed && terms) return presentOrder(placed, terms, seats);
  const row = await db<OrderRow>('orders').where({ id: holdId }).first();
  const [presented] = await presentOrders(db, row ? [row] : []);
  if (!presented) throw new Error(`order ${holdId} is paid but does not exist in MySQL`);
  return presented;
}

const isoTime = (at: number): string => new Date(at).toISOString();

function presentOpen({ action, declined, payBy }: Extract<PayResult, { kind: 'open' }>) {
  const open = { status: 'action' as const, payBy: isoTime(payBy), payment: action };
  return { ...open, ...(declined !== undefined && { declined }) };
}

function anotherCard(reason: string, payBy: string): Problem {
  return new Problem('payment_declined', {
    detail: 'The card was declined. You can try another one until `payBy`.',
    extensions: { reason, payBy },
  });
}

function refusalOf(
  result: Exclude<PayResult, { kind: 'paid' | 'undecided' | 'open' }>,
  orderId: string,
): Problem {
  switch (result.kind) {
    case 'declined': {
      const { reason, expiresAt } = result;
      return new Problem('payment_declined', {
        detail:
          expiresAt === undefined
            ? 'The payment was not completed, and the time of the hold is over.'
            : 'The payment was not completed. You can pay again while the hold lasts.',
        extensions: { reason, ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }) },
      });
    }
    case 'total_changed':
      return new Problem('total_changed', { extensions: { total: result.total } });
    case 'already_paid':
      return new Problem('already_paid', { extensions: { orderId } });
    case 'seats_lost':
      return new Problem('seats_lost');
    case 'expired':
      return new Problem('hold_expired');
    case 'under_way':
      return new Problem('payment_under_way', { retryAfter: 2 });
    case 'unknown_token':
      return new Problem('unknown_payment_token');
    case 'unavailable':
      return new Problem('unavailable', { retryAfter: 2 });
    case 'nothing_to_pay':
      return invalid('/payment', 'nothing_to_pay');
  }
}
