/** A buyer's entry: its state can be read by HTTP at any time, and is sent over the socket when it changes. */
import { z } from 'zod';
import { releaseReasons } from '../inventory/release-reason.ts';
import { orderId } from './ids.ts';
import { secretText } from './text.ts';
import { time } from './times.ts';

export const newEntry = z
  .strictObject({
    questionId: z.int().min(1).max(50),
    answer: secretText(0, 200),
    quantity: z
      .int()
      .min(1)
      .max(10)
      .meta({ description: 'Number of seats; at most the drop’s `maxPerBuyer`' }),
  })
  .meta({ id: 'NewEntry' });

export const entryAccepted = z.object({ status: z.literal('queued') }).meta({ id: 'EntryAccepted' });

export const entryState = z
  .object({
    status: z.enum(['none', 'held', 'paying', 'standby', 'sold_out', 'sold', 'released']).meta({
      description: 'Also `none` while an accepted entry is still queued; until then only the 202 tells of it',
    }),
    version: z
      .int()
      .min(0)
      .meta({
        description:
          'Orders the states of an entry: of two answers or events about the same drop, the one with the higher version ' +
          'is newer, and the other must be ignored. It is not a count. 0: at the moment the system knows nothing of the drop',
      }),
    seats: z
      .array(z.string())
      .optional()
      .meta({ description: 'Seat ids, as `row.number` with the rows of the drop' }),
    expiresAt: time.optional().meta({ description: 'When an unpaid hold ends' }),
    payBy: time.optional().meta({
      description:
        'While paying: until when the buyer can go on with the payment. Missing if nothing is left for the buyer to do, ' +
        'and in socket events',
    }),
    checkoutToken: z
      .string()
      .optional()
      .meta({ description: 'For POST /api/checkout, while held and while paying' }),
    position: z.int().optional().meta({ description: 'Place on the waiting list, from 1' }),
    orderId: orderId.optional(),
    mayComeBack: z
      .int()
      .optional()
      .meta({
        description:
          'In standby: the seats of the drop that are held or being paid now, which may still become free. Missing in ' +
          'socket events; `held` of the drop’s state is the same number',
      }),
    reason: z
      .enum([...releaseReasons, 'hold_lapsed'])
      .optional()
      .meta({
        description:
          'Why the hold was released. `hold_lapsed`, with the status `sold_out`: entries of this buyer are refused for now',
      }),
    retryAt: time.optional().meta({
      description:
        'With `released` or `sold_out`: until then entries of this buyer are refused, since a hold has lapsed',
    }),
  })
  .meta({ id: 'EntryState' });

export type EntryState = z.infer<typeof entryState>;
