import type { KeyList } from '../../shared/auth/key-list.ts';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import type { Attachment } from '../../lambda/send-email/mailer.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Print } from '../../shared/receipt/print.ts';
import { printedTickets } from '../check-ins/printed-tickets.ts';
import type { Deps } from '../deps.ts';
import type { OrderRow } from '../orders/present-orders.ts';

type TicketDeps = { db: Database; ticketKeys: KeyList; timeZone: string; print: Print };

/**
 * The tickets that go with a mail sent by this process. They are never in its job: whoever can read a queue could enter
 * with them (docs/decisions/050). As they are at this moment: seats given back since have none.
 */
export function createAttachTickets({ db, ticketKeys, timeZone, print }: TicketDeps) {
  return async (job: MailJob): Promise<Attachment[]> => {
    if (job.about !== 'order-paid') return [];
    const { order, locale } = job;
    const row = await db<OrderRow>('orders').where({ id: order.id }).first();
    const printed = row && (await printedTickets(db, row, { ticketKeys, timeZone, locale }));
    if (!printed) return [];
    const filename = `seatdrop-tickets-${order.id}.pdf`;
    return [{ filename, contentType: 'application/pdf', content: await print(printed) }];
  };
}

/** What general needs to send mails itself. */
export function mailParts({
  receiptPrinter: { print },
  eventTimeZone: timeZone,
  ...deps
}: Pick<Deps, 'db' | 'ticketKeys' | 'eventTimeZone' | 'receiptPrinter'>) {
  return { print, attachTickets: createAttachTickets({ ...deps, timeZone, print }) };
}
