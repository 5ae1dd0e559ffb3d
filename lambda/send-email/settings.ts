import { z } from 'zod';
import { commonSettings } from '../../shared/tier/config.ts';

/** Settings of the mail server, needed only where mails are sent. */
export const smtpSettings = {
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe(
      '`smtp://user:password@host:587`, or `smtps:` on 465. SES: the SMTP endpoint and SMTP credentials of the region.',
    ),
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/, 'must be an address')
    .describe('Sender of mails: an address, or `Name <address>`.'),
};

export const sendEmailSettings = z.object({ ...smtpSettings, LOG_LEVEL: commonSettings.LOG_LEVEL });
