/**
 * Mails about an account. An address that nobody has confirmed gets these alone, so they contain no text that a user typed:
 * anybody can sign up with anybody's address. What an admin typed may be in them.
 */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';

export const accountMailJob = z.object({
  /** Unchanged however often the job is delivered; ASCII, usable in a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum([
    'password-forgotten',
    'password-changed',
    'confirm-email',
    /** To the new address. */
    'email-change',
    /** To the new address, which has another account. */
    'email-taken',
    /** To the address of before, as soon as another is asked for. */
    'email-change-asked',
    /** To the address of before. */
    'email-changed',
    'account-deleted',
    'organizer-accepted',
    'organizer-declined',
    'second-factor-added',
    'second-factor-removed',
    'second-factors-removed',
    'recovery-code-used',
  ]),
  to: z.object({ address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  /** The page on which to do what the mail is about. */
  url: z.url({ protocol: /^https?$/ }),
  /** Why an admin decided so, in their words. */
  reason: z.string().max(500).optional(),
});

export type AccountMailJob = z.infer<typeof accountMailJob>;
