import type { Log } from '../../shared/tier/log.ts';
import { mailJob } from './mail-job.ts';
import type { Mailer } from './mailer.ts';
import { SentMails } from './sent-mails.ts';

/** The part of what SQS gives a lambda that matters here. */
export type SqsEvent = { Records: readonly { messageId: string; body: string }[] };
/** The messages that are to be delivered again; all others are done. */
export type SqsAnswer = { batchItemFailures: { itemIdentifier: string }[] };

export type SendEmail = (event: SqsEvent) => Promise<SqsAnswer>;

/**
 * Sends a mail for each message. One that fails does not hold up the others: it alone is delivered again, and ends in
 * the queue's dead-letter queue when that has happened too often.
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
