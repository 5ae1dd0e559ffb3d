import type { Log } from '../../shared/tier/log.ts';
import { mailJob } from './mail-job.ts';
import type { Mailer } from './mailer.ts';
import { SentMails } from './sent-mails.ts';

/** The used part of the event that SQS passes to a lambda. */
export type SqsEvent = { Records: readonly { messageId: string; body: string }[] };
/** The messages to deliver again; all others are done. */
export type SqsAnswer = { batchItemFailures: { itemIdentifier: string }[] };

export type SendEmail = (event: SqsEvent) => Promise<SqsAnswer>;

/**
 * Sends one mail per message. A message that fails does not hold up the others: it alone is delivered again, and
 * after too many tries it ends in the queue's dead-letter queue.
 */
export function createSendEmail({ mailer, log }: { mailer: Mailer; log: Log }): SendEmail {
  const sent = new SentMails();

  return async ({ Records }) => {
    const failed = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          const job = mailJob.parse(JSON.parse(body));
          await sent.once(job.id, () => mailer.send(job));
          return [];
        } catch (error) {
          log.warn({ err: error, messageId }, 'a mail was not sent');
          return [{ itemIdentifier: messageId }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}
