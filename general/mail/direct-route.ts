import { createSendEmail } from '../../lambda/send-email/handler.ts';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import { createMailer, type Attachment } from '../../lambda/send-email/mailer.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { Print } from '../../shared/receipt/print.ts';
import type { MailRoute } from './mail-route.ts';

export type DirectOptions = {
  url: string;
  from: string;
  print: Print;
  attachTickets?: (job: MailJob) => Promise<Attachment[]>;
  log: Log;
};

/** Calls the lambda's handler in this process. */
export function createDirectRoute({ url, from, log, ...parts }: DirectOptions): MailRoute {
  const mailer = createMailer({ url, from });
  const sendEmail = createSendEmail({ mailer, ...parts, log });
  return {
    async send(jobs) {
      const Records = jobs.map((job) => ({ messageId: job.id, body: JSON.stringify(job) }));
      const { batchItemFailures } = await sendEmail({ Records });
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    },
    close: () => mailer.close(),
  };
}
