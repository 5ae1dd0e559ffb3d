import { createHash } from 'node:crypto';
import { orderIdParams, receiptQuery } from '../../shared/contract/orders.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { localeOf } from '../accounts/locale.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, FileAnswer, type Route } from '../http/route.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { printedTickets } from './printed-tickets.ts';

/** As for receipts, with which they wait in one line. */
const maxWaiting = 50;

/** Raised when the same tickets are drawn in another way, so that browsers do not keep the old file. */
const drawing = 1;

export function showTickets({
  db,
  ticketKeys,
  eventTimeZone,
  receiptPrinter,
}: Pick<Deps, 'db' | 'ticketKeys' | 'eventTimeZone' | 'receiptPrinter'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/:id/tickets.pdf',
    summary: 'Download the tickets of an order',
    description:
      'A page for each seat that is not given back, with QR code and short code. For the buyer alone. `ticket_refunded`: none ' +
      'is valid any more.',
    tag: 'Tickets',
    who: 'signed-in',
    scopes: ['tickets'],
    params: orderIdParams,
    query: receiptQuery,
    success: { status: 200, contentType: 'application/pdf', description: 'The tickets, A4' },
    problems: ['ticket_refunded'],
    async handle({ params: { id }, query, session: { userId }, req }) {
      const row = await db<OrderRow>('orders').where({ id, user_id: userId }).first();
      if (!row) throw new Problem('not_found');
      const locale = query.locale ?? localeOf(req) ?? 'en';
      const printed = await printedTickets(db, row, { ticketKeys, timeZone: eventTimeZone, locale });
      if (!printed) throw new Problem('ticket_refunded');
      const hash = createHash('sha256').update(`${drawing} ${JSON.stringify(printed)}`);
      return new FileAnswer({
        fileName: `seatdrop-tickets-${id}.pdf`,
        etag: `"${hash.digest('base64url').slice(0, 22)}"`,
        make() {
          if (receiptPrinter.waiting() >= maxWaiting) throw new Problem('unavailable', { retryAfter: 5 });
          return receiptPrinter.print(printed);
        },
      });
    },
  });
}
