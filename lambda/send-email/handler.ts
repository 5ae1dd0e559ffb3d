import type { Log } from '../../shared/tier/log.ts';
import type { PrintReceipt } from '../../shared/receipt/print-receipt.ts';
import { mailJob, type MailJob } from './mail-job.ts';
import type { Attachment, Mailer } from './mailer.ts';
import { SentMails } from './sent-mails.ts';

/** The used part of the event that SQS passes to a lambda. */
export type SqsEvent = { Records: readonly { messageId: string; body: string }[] };
/** The messages to deliver again; all others are done. */
export type SqsAnswer = { batchItemFailures: { itemIdentifier: string }[] };

type Parts = { mailer: Mailer; print: PrintReceipt; log: Log };

export type SendEmail = (event: SqsEvent) => Promise<SqsAnswer>;

/**
 * Sends one mail per message. A message that fails does not hold up the others: it alone is delivered again, and
 * after too many tries it ends in the queue's dead-letter queue.
 */
export function createSendEmail({ mailer, print, log }: Parts): SendEmail {
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

  /** Without the receipt if it cannot be drawn: the mail matters more, and the page of the order has it too. */
  async function attachmentsOf(job: MailJob): Promise<Attachment[]> {
    const receipt = 'receipt' in job ? job.receipt : undefined;
    if (!receipt) return [];
    try {
      const filename = `seatdrop-receipt-${receipt.orderId}.pdf`;
      return [{ filename, contentType: 'application/pdf', content: await print(receipt) }];
    } catch (error) {
      log.warn({ err: error, orderId: receipt.orderId }, 'a mail goes without its receipt');
      return [];
    }
  }
}
