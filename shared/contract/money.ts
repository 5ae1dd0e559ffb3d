import { z } from 'zod';
import { currencies } from './currencies.ts';
import { fault } from './fault-codes.ts';

export const money = z
  .object({
    amount: z.int().meta({ description: 'In minor units: 1250 EUR is 12.50 euros' }),
    currency: z.string().meta({ description: 'ISO 4217' }),
  })
  .meta({ id: 'Money' });

/** An amount that a client states, to be compared with ours. */
export const exactMoney = z.strictObject({
  amount: z.int().min(0).meta({ description: 'In minor units' }),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/** The highest price of a seat, in minor units. */
export const maxPrice = 4 * 10 ** 8;

export const currency = z.string().refine((code) => currencies.includes(code), fault('not_a_currency'));

/** A price that an organizer sets. */
export const chosenPrice = z.strictObject({
  amount: z
    .int()
    .min(0)
    .max(maxPrice)
    .meta({ description: 'In minor units, per seat. If it is 0 and there are no fees, nothing is paid' }),
  currency: currency.meta({ description: 'Active code of ISO 4217' }),
});
