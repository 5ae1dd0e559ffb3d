import { z } from 'zod';

/** How mail leaves: needed where mails are sent, and nowhere else. */
export const smtpSettings = {
  /** `smtp://user:password@host:587`, or `smtps:` on 465. SES: the SMTP endpoint and SMTP credentials of the region. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** Whom mails are from: an address, or `Name <address>`. */
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/, 'must be an address'),
};
