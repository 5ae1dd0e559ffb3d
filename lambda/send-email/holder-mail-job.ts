/** Mails to ticket holders, about their event or with a text of its organizer. */
import { z } from 'zod';
import { emailAddress } from '../../shared/contract/email.ts';
import { timeZone } from '../../shared/contract/times.ts';

export const holderTopics = ['holder-message', 'event-moved', 'event-changed', 'event-cancelled'] as const;

const event = z.object({ title: z.string(), venue: z.string(), startsAt: z.iso.datetime(), timeZone });

export const holderMailJob = z.object({
  /** Unchanged however often the job is delivered; ASCII, usable in a Message-ID. */
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  about: z.enum(holderTopics),
  to: z.object({ name: z.string(), address: emailAddress }),
  locale: z.enum(['en', 'zh-Hant']),
  /** The page with the tickets. */
  url: z.url({ protocol: /^https?$/ }),
  /** The organizer's name. */
  organizer: z.string(),
  /** What the organizer wrote; may be empty. */
  text: z.string(),
  event: event.extend({ id: z.int() }),
  /** Only of changes: the event as it was. */
  before: event.optional(),
  /** Only of a cancelled event: what the holder gets back, in minor units. */
  refunds: z.array(z.object({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) })).optional(),
});

export type HolderMailJob = z.infer<typeof holderMailJob>;
