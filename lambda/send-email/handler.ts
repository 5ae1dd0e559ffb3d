import type { Log } from '../../shared/tier/log.ts';
import type { Print } from '../../shared/receipt/print.ts';
import { mailJob, type MailJob } from './mail-job.ts';
import type { Attachment, Mailer } from './mailer.ts';
import { SentMails } from './sent-mails.ts';

/** The used part of the event that SQS passes to a lambda. */
export type SqsEvent = { Records: readonly { messageId: string; body: string }[] };
/** The messages to deliver again; all others are done. */
export type SqsAnswer = { batchItemFailures: { itemIdentifier: string }[] };

type Attach = (job: MailJob) => Promise<Attachment[]>;

/** `attachTickets`: only where this process may have tickets; no job has them. */
type Parts = { mailer: Mailer; print: Print; attachTickets?: Attach; log: Log };

export type SendEmail = (event: SqsEvent) => Promise<SqsAnswer>;

/**
 * Sends one mail per message. A message that fails does not hold up the others: it alone is delivered again, and
 * after too many tries it ends in the queue's dead-letter queue.
 */
export function createSendEmail({ mailer, print, attachTickets, log }: Parts): SendEmail {
  const sent = new SentMails();

  return async ({ Records }) => {
    const failed = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          const job = mailJob.parse(JSON.parse(body));
          await sent.once(job.id, async () => mailer.send(job, await attachmentsOf(job)));
          return [];
        } catch (error) {
          log.warn({ err: error, messageId }, 'a mail was not sent');
          return [{ itemIdentifier: messageId }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };

  /** Without what cannot be made: the mail matters more, and the page of the order has it too. */
  async function attachmentsOf(job: MailJob): Promise<Attachment[]> {
    const attachments: Attachment[] = [];
    for (const [what, attach] of [
      ['tickets', attachTickets],
      ['receipt', attachReceipt],
      ['calendar file', attachCalendar],
    ] as const) {
      try {
        if (attach) attachments.push(...(await attach(job)));
      } catch (error) {
        log.warn({ err: error, mailId: job.id }, `a mail goes without its ${what}`);
      }
    }
    return attachments;
  }

  async function attachReceipt(job: MailJob): Promise<Attachment[]> {
    const receipt = 'receipt' in job ? job.receipt : undefined;
    if (!receipt) return [];
    const filename = `seatdrop-receipt-${receipt.orderId}.pdf`;
    return [{ filename, contentType: 'application/pdf', content: await print(receipt) }];
  }
}

async function attachCalendar(job: MailJob): Promise<Attachment[]> {
  // After a move it replaces that of the order: the event has the same id in both.
  const isWanted = job.about === 'order-paid' || job.about === 'event-moved';
  if (!isWanted || job.event.id === undefined) return [];
  // Loaded with the first mail that needs it.
  const { eventCalendar } = await import('../../shared/calendar/event-calendar.ts');
  const { id } = job.event;
  const file = eventCalendar(
    { ...job.event, id },
    { locale: job.locale, url: new URL('order' in job ? job.order.url : job.url) },
  );
  const contentType = 'text/calendar; charset=utf-8';
  return [{ filename: `seatdrop-event-${id}.ics`, contentType, content: Buffer.from(file) }];
}
