/**
 * What a mail is made of. It holds all that the mail says, so that whoever sends it has nothing to ask: neither the
 * database nor the API need be reachable from there.
 */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';
import { timeZone } from '../../shared/contract/times.ts';

export const mailJob = z.object({
  /** The same for the same mail, however often its job is delivered; ASCII, fit for a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum(['order-paid', 'order-refunded']),
  to: z.object({ name: z.string(), address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  order: z.object({
    id: z.string(),
    /** The order's page. */
    url: z.url({ protocol: /^https?$/ }),
    /** In minor units. */
    amount: z.int(),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  event: z.object({
    title: z.string(),
    venue: z.string(),
    startsAt: z.iso.datetime(),
    /** IANA name: the zone in which the time is told. */
    timeZone,
  }),
  /** By name, in the order in which they are listed. */
  seats: z.array(z.object({ section: z.string(), row: z.string(), number: z.int() })).min(1),
});

export type MailJob = z.infer<typeof mailJob>;
