/** News about a drop for one user. It goes to confirmed addresses: it contains text that organizers typed. */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';
import { timeZone } from '../../shared/contract/times.ts';

/** Topics of the outbox; those about payments are of the kind `payment-trouble`. */
export const newsTopics = [
  'promoted',
  'hold-ends',
  'sale-opens',
  'payment-declined',
  'charge-refunded',
] as const;

export const newsMailJob = z.object({
  /** Unchanged however often the job is delivered; ASCII, usable in a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum(newsTopics),
  to: z.object({ name: z.string(), address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  /** The page of the drop. */
  url: z.url({ protocol: /^https?$/ }),
  event: z.object({ title: z.string(), venue: z.string(), startsAt: z.iso.datetime(), timeZone }),
  seats: z.array(z.object({ section: z.string(), row: z.string(), number: z.int() })),
  /** Until when the seats are held, or when the sale opens. Missing in news about payments. */
  at: z.iso.datetime().optional(),
  /** From when the job was made until `at`. */
  minutesLeft: z.int().min(0).optional(),
  /** In minor units; only in news about payments. */
  amount: z.object({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) }).optional(),
});

export type NewsMailJob = z.infer<typeof newsMailJob>;
