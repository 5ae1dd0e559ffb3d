import type { Request } from 'express';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';

export type Locale = MailJob['locale'];

/** The first of a browser's languages in which we write; null when it names none of them. The pages send their own. */
export function localeOf(req: Pick<Request, 'acceptsLanguages'>): Locale | null {
  const known = req.acceptsLanguages().find((tag) => /^(zh|en)\b/i.test(tag));
  if (known === undefined) return null;
  return /^zh/i.test(known) ? 'zh-Hant' : 'en';
}
