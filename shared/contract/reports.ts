import { z } from 'zod';
import { dropState } from './drops.ts';
import { id } from './ids.ts';
import { money } from './money.ts';
import { time } from './times.ts';

const counted = {
  entries: z.int().meta({ description: 'Decided' }),
  held: z.int().meta({ description: 'Got seats at once' }),
  standby: z.int().meta({ description: 'Got a place on the waiting list' }),
  soldOut: z.int(),
  promoted: z.int().meta({ description: 'Got seats from the waiting list' }),
  paid: z.int(),
  lapsed: z.int().meta({ description: 'Held seats, and did not pay in time' }),
};

export const dropReport = z
  .object({
    dropId: id,
    phase: dropState,
    generatedAt: time,
    capacity: z.int(),
    seatsSold: z.int(),
    seatsWithheld: z.int().meta({
      description: 'Of these, in refunded orders: their tickets were used, so they are not sold again',
    }),
    conversion: z.object({
      ...counted,
      duplicates: z.int().meta({ description: 'Entries of buyers who had seats or a place already' }),
      givenBack: z.int(),
      declined: z.int().meta({ description: 'The card was, and no time was left' }),
      cancelled: z.int(),
      refunded: z.int(),
      rate: z.number().nullable().meta({ description: 'Paid, of those who got seats; 0 to 1' }),
    }),
    lapseRate: z.number().nullable().meta({ description: 'Lapsed, of those who got seats; 0 to 1' }),
    soldOutAt: time.nullable().meta({ description: 'When no seat was free for the first time' }),
    timeToSellOutSeconds: z.number().nullable().meta({ description: 'From the opening to `soldOutAt`' }),
    allPaidAt: time.nullable().meta({ description: 'When every seat was paid for, for the first time' }),
    orders: z.int(),
    revenue: money.meta({ description: 'Of orders that are paid and not refunded' }),
    refunds: money.meta({ description: 'Given back, or about to be' }),
    series: z
      .array(z.object({ minute: time, ...counted, seatsPaid: z.int() }))
      .meta({ description: 'By minute, oldest first; without those in which nothing happened' }),
  })
  .meta({ id: 'DropReport' });
