import { createHash } from 'node:crypto';
import { orderIdParams, receiptQuery } from '../../shared/contract/orders.ts';
import type { Receipt } from '../../shared/receipt/receipt.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { localeOf } from '../accounts/locale.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, FileAnswer, type Route } from '../http/route.ts';
import { presentOrders } from '../orders/present-orders.ts';
import { findVisibleOrder } from '../orders/visible-order.ts';
import { factsOf } from './frozen-facts.ts';
import { receiptOf } from './receipt-of.ts';

/** More would wait for seconds. Mails wait in the same line, and are not refused. */
const maxWaiting = 50;

/** Raised when the same receipt is drawn in another way, so that browsers do not keep the old one. */
const drawing = 2;

export function showReceipt({
  db,
  eventTimeZone,
  receiptPrinter,
}: Pick<Deps, 'db' | 'eventTimeZone' | 'receiptPrinter'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/:id/receipt.pdf',
    summary: 'Download the receipt of an order',
    description:
      'What was paid and given back, with the seller as entered when the order was paid. For the buyer, the organizer of ' +
      'the drop and admins. Safe to repeat: until something is refunded, the same bytes.',
    tag: 'Orders',
    who: 'signed-in',
    scopes: ['tickets'],
    params: orderIdParams,
    query: receiptQuery,
    success: { status: 200, contentType: 'application/pdf', description: 'The receipt, A4' },
    problems: ['second_factor_required'],
    async handle({ params: { id }, query, session, req }) {
      const order = await findVisibleOrder(db, id, session);
      const [[shown], facts] = await Promise.all([presentOrders(db, [order]), factsOf(db, order)]);
      const locale = query.locale ?? localeOf(req) ?? 'en';
      const receipt = receiptOf(shown!, facts, { locale, timeZone: eventTimeZone });
      return new FileAnswer({
        fileName: `seatdrop-receipt-${id}.pdf`,
        etag: etagOf(receipt),
        make() {
          if (receiptPrinter.waiting() >= maxWaiting) throw new Problem('unavailable', { retryAfter: 5 });
          return receiptPrinter.print(receipt);
        },
      });
    },
  });
}

/** From what the receipt says, so that one that has not changed need not be drawn. */
function etagOf(receipt: Receipt): string {
  const hash = createHash('sha256').update(`${drawing} ${JSON.stringify(receipt)}`);
  return `"${hash.digest('base64url').slice(0, 22)}"`;
}
