/** Everything a mail contains, so that the sender needs neither the database nor the API. */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';
import { timeZone } from '../../shared/contract/times.ts';
import { receipt } from '../../shared/receipt/receipt.ts';
import { accountMailJob } from './account-mail-job.ts';
import { newsMailJob } from './news-mail-job.ts';
import { holderMailJob } from './holder-mail-job.ts';

/** A mail about an order, to its buyer or to the organizer. */
export const orderMailJob = z.object({
  /** Unchanged however often the job is delivered; ASCII, usable in a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum(['order-paid', 'order-refunded', 'order-disputed', 'dispute-ended', 'refunded-outside']),
  to: z.object({ name: z.string(), address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  order: z.object({
    id: z.string(),
    /** URL of the order's page, for the buyer or the organizer. */
    url: z.url({ protocol: /^https?$/ }),
    /** What the mail is about, in minor units. */
    amount: z.int(),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  event: z.object({
    /** Missing in jobs of the previous version. */
    id: z.int().optional(),
    title: z.string(),
    venue: z.string(),
    startsAt: z.iso.datetime(),
    /** IANA name: time zone in which the mail shows the time. */
    timeZone,
  }),
  /** Names of the seats, in the order listed. */
  seats: z.array(z.object({ section: z.string(), row: z.string(), number: z.int() })).min(1),
  /** What the attached receipt says; it is drawn where the mail is sent. Missing in mails to organizers. */
  receipt: receipt.optional(),
});

export const mailJob = z.union([orderMailJob, newsMailJob, holderMailJob, accountMailJob]);

export type OrderMailJob = z.infer<typeof orderMailJob>;
export type MailJob = z.infer<typeof mailJob>;
