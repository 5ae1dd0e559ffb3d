/** What a buyer is told of their own entry: by HTTP at any time, and the same over the socket when it changes. */
import { z } from 'zod';
import { releaseReasons } from '../inventory/release-reason.ts';
import { orderId } from './ids.ts';
import { secretText } from './text.ts';
import { time } from './times.ts';

export const newEntry = z
  .strictObject({
    questionId: z.int().min(1).max(50),
    answer: secretText(0, 200),
    quantity: z.int().min(1).max(10).meta({ description: 'Seats; at most the drop’s `maxPerBuyer`' }),
  })
  .meta({ id: 'NewEntry' });

export const entryAccepted = z.object({ status: z.literal('queued') }).meta({ id: 'EntryAccepted' });

export const entryState = z
  .object({
    status: z.enum(['none', 'held', 'paying', 'standby', 'sold_out', 'sold', 'released']).meta({
      description: '`none` also while the entry is still queued: the 202 is the buyer’s own record of it',
    }),
    version: z
      .int()
      .min(0)
      .meta({
        description:
          'As of which it is so: of two answers or events about the same drop, the one with the higher version is the ' +
          'later one, and the other is to be ignored. Not a count. 0: the system knows nothing of the drop just now',
      }),
    seats: z.array(z.string()).optional().meta({ description: 'Seat ids, `row.number` of the drop’s rows' }),
    expiresAt: time.optional().meta({ description: 'When an unpaid hold ends' }),
    checkoutToken: z.string().optional().meta({ description: 'For POST /api/checkout' }),
    position: z.int().optional().meta({ description: 'Place on the waiting list, from 1' }),
    orderId: orderId.optional(),
    mayComeBack: z
      .int()
      .optional()
      .meta({
        description:
          'In standby: seats of the drop that are held or being paid now, so that they may still come back. Word of ' +
          'the outcome comes without it; `held` of the drop’s state says the same at any time',
      }),
    reason: z
      .enum([...releaseReasons, 'hold_lapsed'])
      .optional()
      .meta({ description: 'Why it was released; `hold_lapsed`: why it is sold out for this buyer for now' }),
    retryAt: time.optional().meta({
      description:
        'Released or sold out: until then entries of this buyer are refused, since a hold has lapsed',
    }),
  })
  .meta({ id: 'EntryState' });

export type EntryState = z.infer<typeof entryState>;
