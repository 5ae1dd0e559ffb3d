/** The lambda `send-email`: its handler is `index.handler`. What SQS delivers becomes mails. */
import { readConfig } from '../../shared/tier/config.ts';
import { createLog } from '../../shared/tier/log.ts';
import { createSendEmail } from './handler.ts';
import { createMailer } from './mailer.ts';
import { sendEmailSettings } from './settings.ts';

const { SMTP_URL, MAIL_FROM, LOG_LEVEL } = readConfig(sendEmailSettings);

/** Made once; the runtime calls the same one again and again. */
export const handler = createSendEmail({
  mailer: createMailer({ url: SMTP_URL, from: MAIL_FROM }),
  log: createLog('send-email', LOG_LEVEL),
});
