/** A buyer's entries over all drops. */
import { z } from 'zod';
import { dropSummary } from './drops.ts';
import { entryState } from './entries.ts';
import { id } from './ids.ts';
import { time } from './times.ts';

export const ownEntry = z
  .object({
    drop: dropSummary.omit({ availability: true, capacity: true, free: true, sold: true }),
    event: z.object({ id, title: z.string(), venue: z.string(), startsAt: time, timeZone: z.string() }),
    status: entryState.shape.status.extract(['held', 'paying', 'standby', 'sold_out', 'released']),
    seats: entryState.shape.seats,
    expiresAt: entryState.shape.expiresAt,
    payBy: entryState.shape.payBy,
    position: entryState.shape.position,
    reason: entryState.shape.reason,
    retryAt: entryState.shape.retryAt,
  })
  .meta({
    id: 'OwnEntry',
    description:
      'The fields of EntryState, without the token for checkout: GET /api/drops/:id/entry has it. What was bought is ' +
      'an order: GET /api/orders',
  });

export const ownEntries = z
  .object({
    items: z.array(ownEntry),
    isComplete: z.boolean().meta({
      description:
        '`false`: some drops could not be asked in time, so entries in them may be missing. Ask again later',
    }),
    serverTime: time,
  })
  .meta({ id: 'OwnEntries' });

export type OwnEntry = z.infer<typeof ownEntry>;
export type OwnEntries = z.infer<typeof ownEntries>;
