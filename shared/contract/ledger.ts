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
    description: 'Of `sold_out`: it was refused, until then, since holds of this buyer had lapsed',
  }),
  of: z.string().optional().meta({ description: 'Of a duplicate: the entry that counts' }),
});

export const ledgerItem = z
  .object({
    partition: z.int(),
    seq: z.int().meta({ description: 'From 1 in each partition, without gaps' }),
    at: time.meta({ description: 'By the clock that decides about holds' }),
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
          'SHA-256 over this record and all before it, once it is archived: who keeps it can tell later whether any ' +
          'of them was changed',
      }),
    entryId: z.string().optional(),
    buyerId: id.optional(),
    seats: z.array(z.string()).optional(),
    withheld: z.array(z.string()).optional().meta({
      description: 'Of a refund: those of its seats that stay sold, since their tickets were used',
    }),
    expiresAt: time.optional(),
    attempt: z.int().optional(),
    reason: z.enum(releaseReasons).optional(),
    retryAt: time
      .optional()
      .meta({ description: 'Of a release that is a lapse: until then entries of its buyer are refused' }),
    batchId: z.string().optional(),
    entries: z.array(entry).optional().meta({
      description: 'Of a claim, in the order of decision. A buyer sees only entries of their own',
    }),
    places: z
      .array(z.object({ entryId: z.string(), buyerId: id }))
      .optional()
      .meta({
        description:
          'Of `end`: places in standby that ended when the drop closed. A buyer sees only their own',
      }),
    transfer: z.string().optional(),
    to: z.int().optional().meta({ description: 'Partition that seats were lent to' }),
  })
  .meta({ id: 'LedgerItem' });

export type LedgerItem = z.input<typeof ledgerItem>;
