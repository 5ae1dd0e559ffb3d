import { z } from 'zod';
import { fault } from './fault-codes.ts';
import { money } from './money.ts';

const percent = z
  .number()
  .min(0)
  .max(100)
  // Some are a little off in binary: 8.875 × 1000 is whole, 1.005 × 1000 is 1004.9999999999999.
  .refine((rate) => Math.abs(rate * 1000 - Math.round(rate * 1000)) < 1e-6, fault('percent_decimals'));

const fee = z
  .int()
  .min(0)
  .max(10 ** 8);

/** Fees that an organizer sets. */
export const chosenFees = z
  .strictObject({
    perSeat: fee.meta({ description: 'In minor units of the price' }),
    perOrder: fee.meta({ description: 'In minor units of the price, once for all seats of an order' }),
    percent: percent.meta({
      description:
        'Percent of the price of each seat, with up to three decimals. Half a minor unit is rounded up',
    }),
  })
  .meta({ id: 'ChosenFees' });

export const taxPercent = percent.meta({
  description:
    'Rate of the tax that is included in what buyers pay, percent. With up to three decimals; 0: none',
});

export const fees = z
  .object({ perSeat: z.int(), perOrder: z.int(), percent: z.number() })
  .meta({ id: 'Fees', description: 'Amounts in minor units; `percent` of the price of each seat' });

/** What an order was made of when it was paid. */
export const breakdown = {
  lines: z
    .array(z.object({ kind: z.enum(['seats', 'fees', 'platform_fees']), amount: money }))
    .meta({ description: 'What the amount is made of, as it was when it was paid' }),
  includedTax: z
    .object({ percent: z.number(), amount: money })
    .optional()
    .meta({ description: 'Tax that is included in the amount; missing if there is none' }),
};
