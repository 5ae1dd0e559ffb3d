import { z } from 'zod';
import { releaseReasons } from '../inventory/release-reason.ts';
import { id } from './ids.ts';
import { time } from './times.ts';

const entry = z.object({
  entryId: z.string(),
  buyerId: id,
  quantity: z.int(),
  outcome: z.enum(['held', 'standby', 'sold_out', 'duplicate']),
  number: z.int().optional().meta({
    description: 'Position of the entry in the order of decisions in its partition; the first is 1',
  }),
  seats: z.array(z.string()).optional(),
  expiresAt: time.optional(),
  position: z.int().optional().meta({ description: 'Place on the waiting list, from 1' }),
  retryAt: time.optional().meta({
    description: 'With `sold_out`: until then entries of this buyer were refused, since a hold had lapsed',
  }),
  of: z.string().optional().meta({ description: 'With `duplicate`: the id of the entry that counts' }),
});

export const ledgerItem = z
  .object({
    partition: z.int(),
    seq: z.int().meta({ description: 'From 1 in each partition, without gaps' }),
    at: time.meta({ description: 'By the clock that decides when holds expire' }),
    kind: z.enum([
      'stock',
      'terms',
      'claim',
      'retake',
      'promote',
      'paying',
      'declined',
      'sold',
      'refund',
      'withhold',
      'release',
      'leave',
      'lend',
      'borrow',
      'cancel',
      'end',
      'over',
      'restore',
    ]),
    hash: z
      .string()
      .nullable()
      .meta({
        description:
          'SHA-256 over this record and all before it; null until it is archived. Somebody who keeps it can check later ' +
          'that none of these records was changed',
      }),
    entryId: z.string().optional(),
    buyerId: id.optional(),
    seats: z.array(z.string()).optional(),
    withheld: z.array(z.string()).optional().meta({
      description: 'With `refund`: the seats that stay sold, since their tickets were used',
    }),
    seatsLeft: z.int().optional().meta({
      description: 'With `refund`: how many seats the order still has; missing if none',
    }),
    expiresAt: time.optional(),
    attempt: z.int().optional(),
    reason: z.enum(releaseReasons).optional(),
    retryAt: time.optional().meta({
      description: 'With `release`, if the hold lapsed: until then entries of its buyer are refused',
    }),
    batchId: z.string().optional(),
    entries: z.array(entry).optional().meta({
      description: 'With `claim`: its entries in the order of decision. A buyer sees only their own',
    }),
    places: z
      .array(z.object({ entryId: z.string(), buyerId: id }))
      .optional()
      .meta({
        description:
          'With `end`: the places in standby that ended when the drop closed. A buyer sees only their own',
      }),
    transfer: z.string().optional(),
    to: z.int().optional().meta({ description: 'With `lend`: the partition that got the seats' }),
  })
  .meta({ id: 'LedgerItem' });

export type LedgerItem = z.input<typeof ledgerItem>;
