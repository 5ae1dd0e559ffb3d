/** What a buyer is told of their own entry: by HTTP at any time, and the same over the socket when it changes. */
import { z } from 'zod';

export const entryBody = z
  .strictObject({
    questionId: z.int().positive(),
    answer: z.string().min(1).max(200),
    quantity: z.int().min(1).max(10),
  })
  .meta({ id: 'EntryRequest' });

export const entryAccepted = z.object({ status: z.literal('queued') }).meta({ id: 'EntryAccepted' });

export const entryState = z
  .object({
    status: z.enum(['none', 'held', 'paying', 'standby', 'sold_out', 'sold', 'released']).meta({
      description: '`none` also while the entry is still queued: the 202 is the buyer’s own record of it',
    }),
    seats: z
      .array(z.string())
      .optional()
      .meta({ description: 'seat ids, `row.number`', examples: [['0.12', '0.13']] }),
    expiresAt: z.iso.datetime().optional().meta({ description: 'when the hold ends' }),
    checkoutToken: z.string().optional().meta({ description: 'the way into checkout while the hold lasts' }),
    position: z.int().positive().optional().meta({ description: 'place in standby; 1 is next' }),
    orderId: z.string().optional(),
  })
  .meta({ id: 'EntryState' });

export type EntryState = z.infer<typeof entryState>;
