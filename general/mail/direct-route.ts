import { createSendEmail } from '../../lambda/send-email/handler.ts';
import { createMailer } from '../../lambda/send-email/mailer.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { PrintReceipt } from '../../shared/receipt/print-receipt.ts';
import type { MailRoute } from './mail-route.ts';

type DirectOptions = { url: string; from: string; print: PrintReceipt; log: Log };

/** Calls the lambda's handler in this process. */
export function createDirectRoute({ url, from, print, log }: DirectOptions): MailRoute {
  const mailer = createMailer({ url, from });
  const sendEmail = createSendEmail({ mailer, print, log });
  return {
    async send(jobs) {
      const Records = jobs.map((job) => ({ messageId: job.id, body: JSON.stringify(job) }));
      const { batchItemFailures } = await sendEmail({ Records });
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    },
    close: () => mailer.close(),
  };
}
