import type { Request } from 'express';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';

export type Locale = MailJob['locale'];

/**
 * The first language in `Accept-Language` that mails are written in; null if there is none. The web app sends its own
 * language there.
 */
export function localeOf(req: Pick<Request, 'acceptsLanguages'>): Locale | null {
  const known = req.acceptsLanguages().find((tag) => /^(zh|en)\b/i.test(tag));
  if (known === undefined) return null;
  return /^zh/i.test(known) ? 'zh-Hant' : 'en';
}
