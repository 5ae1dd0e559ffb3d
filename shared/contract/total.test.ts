import * as fc from 'fast-check';
import { breakdownOf, orderFeeOf, seatPriceOf, totalOf, type Fees, type Pricing } from './total.ts';

const price = (amount: number, currency = 'EUR') => ({ amount, currency });
const fees = (changes: Partial<Fees>): Fees => ({ perSeat: 0, perOrder: 0, percent: 0, ...changes });

test('without fees the total is the price of each seat', () => {
  expect(totalOf({ price: price(4500) }, 3)).toEqual(price(13_500));
  expect(breakdownOf({ price: price(4500) }, 3)).toEqual({
    total: price(13_500),
    lines: [{ kind: 'seats', amount: 13_500 }],
  });
});

test('fees of organizer and platform are added, and tax is included', () => {
  const pricing = {
    price: price(5000),
    fees: fees({ perSeat: 150, perOrder: 300 }),
    platformFees: fees({ percent: 2.5, perOrder: 50 }),
    taxPercent: 19,
  };
  expect(seatPriceOf(pricing)).toEqual(price(5275));
  expect(orderFeeOf(pricing)).toEqual(price(350));
  expect(totalOf(pricing, 2)).toEqual(price(10_900));
  expect(breakdownOf(pricing, 2)).toEqual({
    total: price(10_900),
    lines: [
      { kind: 'seats', amount: 10_000 },
      { kind: 'fees', amount: 600 },
      { kind: 'platform_fees', amount: 300 },
    ],
    // 10,900 × 19 / 119 = 1740.34
    includedTax: { percent: 19, amount: 1740 },
  });
});

test.each([
  // 1.5 and 0.5 minor units round up, 1.49 down; 1.005 % of 100.00 is 1.005, which is less in binary.
  [100, 1.5, 2],
  [100, 0.5, 1],
  [100, 1.49, 1],
  [10_000, 1.005, 101],
  [1, 49.999, 0],
  [1, 50, 1],
])('%i with a fee of %d percent costs %i more', (amount, percent, fee) => {
  expect(seatPriceOf({ price: price(amount), fees: fees({ percent }) }).amount).toBe(amount + fee);
});

const percent = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000);
const someFees = fc.record({ perSeat: fc.nat(10 ** 8), perOrder: fc.nat(10 ** 8), percent });
const somePricing: fc.Arbitrary<Pricing> = fc.record(
  {
    price: fc.record({ amount: fc.nat(4 * 10 ** 8), currency: fc.constantFrom('EUR', 'JPY', 'KWD') }),
    fees: someFees,
    platformFees: someFees,
    taxPercent: percent,
  },
  { requiredKeys: ['price'] },
);

/** `a / b`, half rounded up, in integers of any size. */
const halfUp = (a: bigint, b: bigint): number => Number((2n * a + b) / (2n * b));
const thousandthsOf = (rate: number): bigint => BigInt(Math.round(rate * 1000));

test('whatever the price and the fees, lines add up, seats cost the same, and each rounding is half up', () => {
  fc.assert(
    fc.property(somePricing, fc.integer({ min: 1, max: 10 }), (pricing, seats) => {
      const { total, lines, includedTax } = breakdownOf(pricing, seats);
      expect(total).toEqual(totalOf(pricing, seats));
      expect(Number.isSafeInteger(total.amount)).toBe(true);
      expect(lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(total.amount);
      expect(total.amount - totalOf(pricing, seats - 1).amount).toBe(seatPriceOf(pricing).amount);
      expect(totalOf(pricing, 0)).toEqual(orderFeeOf(pricing));

      const { price: base, taxPercent = 0 } = pricing;
      const feeOf = (of: Fees = fees({})) =>
        (of.perSeat + halfUp(BigInt(base.amount) * thousandthsOf(of.percent), 100_000n)) * seats +
        of.perOrder;
      expect(total.amount).toBe(base.amount * seats + feeOf(pricing.fees) + feeOf(pricing.platformFees));
      const rate = thousandthsOf(taxPercent);
      expect(includedTax?.amount ?? 0).toBe(halfUp(BigInt(total.amount) * rate, 100_000n + rate));
      expect(includedTax?.amount ?? 0).toBeLessThanOrEqual(total.amount);
    }),
    { numRuns: 2_000 },
  );
});
