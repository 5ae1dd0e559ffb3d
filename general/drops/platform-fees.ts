/** Fees that the platform adds to the price of every drop. */
import { z } from 'zod';
import { currencies } from '../../shared/contract/currencies.ts';
import type { Fees } from '../../shared/contract/total.ts';

/** The highest fee in minor units, as for organizers. */
const maxFee = 10 ** 8;

const feeByCurrency = z
  .string()
  .regex(/^[A-Z]{3}=\d{1,9}(,[A-Z]{3}=\d{1,9})*$/, 'must be CURRENCY=minor units[,CURRENCY=minor units...]')
  .transform((list) => new Map(list.split(',').map((item) => [item.slice(0, 3), Number(item.slice(4))])))
  .refine((fees) => [...fees.keys()].every((code) => currencies.includes(code)), 'has an unknown currency')
  .refine((fees) => [...fees.values()].every((fee) => fee <= maxFee), `must be at most ${maxFee}`)
  .optional();

const changes = 'A change is for prices that are set from then on.';

export const platformFeeSettings = {
  PLATFORM_FEE_PERCENT: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/, 'must be a number below 100 with at most three decimals')
    .default('0')
    .transform(Number)
    .describe(`Fee of the platform for each seat, percent of its price. ${changes}`),
  PLATFORM_FEE_PER_SEAT: feeByCurrency.describe(
    `Fee of the platform for each seat, in minor units by currency: \`EUR=50,JPY=80\`. ${changes}`,
  ),
  PLATFORM_FEE_PER_ORDER: feeByCurrency.describe(
    `Fee of the platform for each order, in minor units by currency. ${changes}`,
  ),
};

/** The platform's fees for seats at this price. Free seats stay free. */
export type PlatformFees = (price: { amount: number; currency: string }) => Fees;

export function platformFeesFrom(settings: {
  PLATFORM_FEE_PERCENT: number;
  PLATFORM_FEE_PER_SEAT?: ReadonlyMap<string, number> | undefined;
  PLATFORM_FEE_PER_ORDER?: ReadonlyMap<string, number> | undefined;
}): PlatformFees {
  return ({ amount, currency }) =>
    amount === 0
      ? noFees
      : {
          perSeat: settings.PLATFORM_FEE_PER_SEAT?.get(currency) ?? 0,
          perOrder: settings.PLATFORM_FEE_PER_ORDER?.get(currency) ?? 0,
          percent: settings.PLATFORM_FEE_PERCENT,
        };
}

const noFees: Fees = { perSeat: 0, perOrder: 0, percent: 0 };
