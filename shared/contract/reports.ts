import { z } from 'zod';
import { dropState } from './drops.ts';
import { id } from './ids.ts';
import { money } from './money.ts';
import { time } from './times.ts';

const entryCounts = {
  entries: z.int().meta({ description: 'Decided entries' }),
  held: z.int().meta({ description: 'Entries that got seats at once' }),
  standby: z.int().meta({ description: 'Entries that got a place on the waiting list' }),
  soldOut: z.int(),
  promoted: z.int().meta({ description: 'Entries that got seats from the waiting list' }),
  paid: z.int(),
  lapsed: z.int().meta({ description: 'Holds that were not paid in time' }),
};

export const dropReport = z
  .object({
    dropId: id,
    phase: dropState,
    generatedAt: time,
    capacity: z.int(),
    seatsSold: z.int(),
    seatsWithheld: z.int().meta({
      description: 'Sold seats of refunded orders whose tickets were used; they are not sold again',
    }),
    conversion: z.object({
      ...entryCounts,
      duplicates: z
        .int()
        .meta({ description: 'Entries of buyers who already had seats or a place in standby' }),
      givenBack: z.int(),
      declined: z
        .int()
        .meta({ description: 'Holds that ended because the card was declined and no time was left' }),
      cancelled: z.int(),
      refunded: z.int(),
      rate: z.number().nullable().meta({ description: 'Share of buyers with seats who paid; 0 to 1' }),
    }),
    lapseRate: z
      .number()
      .nullable()
      .meta({ description: 'Share of buyers with seats who let them lapse; 0 to 1' }),
    soldOutAt: time.nullable().meta({ description: 'The first time at which no seat was free' }),
    timeToSellOutSeconds: z.number().nullable().meta({ description: 'From the opening to `soldOutAt`' }),
    allPaidAt: time.nullable().meta({ description: 'The first time at which every seat was paid' }),
    orders: z.int(),
    revenue: money.meta({ description: 'What was paid, less refunds' }),
    refunds: money.meta({ description: 'Amounts refunded, or about to be' }),
    fees: money.meta({ description: 'Fees of the organizer in what was paid for `orders`' }),
    platformFees: money.meta({ description: 'Fees of the platform in what was paid for `orders`' }),
    includedTax: money.meta({ description: 'Tax that is included in what was paid for `orders`' }),
    series: z
      .array(z.object({ minute: time, ...entryCounts, seatsPaid: z.int() }))
      .meta({ description: 'By minute, oldest first; minutes without events are left out' }),
  })
  .meta({ id: 'DropReport' });
