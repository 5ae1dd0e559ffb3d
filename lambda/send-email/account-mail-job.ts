/** Mails about an account. They contain no text that a user typed, since anybody can sign up with anybody's address. */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';

export const accountMailJob = z.object({
  /** Unchanged however often the job is delivered; ASCII, usable in a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum(['password-forgotten', 'password-changed']),
  to: z.object({ address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  /** The page on which to do what the mail is about. */
  url: z.url({ protocol: /^https?$/ }),
});

export type AccountMailJob = z.infer<typeof accountMailJob>;
