/** The lambda `send-email`, which turns SQS messages into mails. Its handler is `index.handler`. */
import { join } from 'node:path';
import { createPrinter } from '../../shared/receipt/print.ts';
import { readConfig } from '../../shared/tier/config.ts';
import { createLog } from '../../shared/tier/log.ts';
import { createSendEmail } from './handler.ts';
import { createMailer } from './mailer.ts';
import { sendEmailSettings } from './settings.ts';

const { SMTP_URL, MAIL_FROM, LOG_LEVEL } = readConfig(sendEmailSettings);

/** Created once; the runtime calls it for every event. */
export const handler = createSendEmail({
  mailer: createMailer({ url: SMTP_URL, from: MAIL_FROM }),
  // The bundle has the fonts beside the code (bundle.ts). AWS says where that is.
  print: createPrinter((_, file) => join(process.env['LAMBDA_TASK_ROOT'] ?? '.', 'fonts', file)),
  log: createLog('send-email', LOG_LEVEL),
});
