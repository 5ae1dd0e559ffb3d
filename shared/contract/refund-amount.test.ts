import * as fc from 'fast-check';
import { refundOf } from './refund-amount.ts';

const none = { amount: 0, seats: [] };

test('what does not divide goes to the first seats, one unit each', () => {
  const order = { amount: 100, seats: ['0.10', '0.2', '1.1'] };
  expect(refundOf(order, ['0.2'], none)).toEqual({ amount: 34, kept: 0 });
  expect(refundOf(order, ['0.10'], none)).toEqual({ amount: 33, kept: 0 });
  expect(refundOf(order, ['1.1', '0.2'], none)).toEqual({ amount: 67, kept: 0 });
  expect(refundOf(order, ['1.1', '0.2', '0.10'], none)).toEqual({ amount: 100, kept: 0 });
});

test('what is kept is rounded in the favour of the buyer, and is not given back with the last seats', () => {
  const order = { amount: 999, seats: ['0.1', '0.2'] };
  expect(refundOf(order, ['0.1'], none, 10)).toEqual({ amount: 450, kept: 50 });
  expect(refundOf(order, ['0.2'], { amount: 500, seats: ['0.1'] })).toEqual({ amount: 499, kept: 0 });
  expect(refundOf(order, ['0.1', '0.2'], none, 100)).toEqual({ amount: 0, kept: 999 });
});

test('in whatever portions the seats are given back, the parts sum to what was paid', () => {
  const orders = fc.record({
    amount: fc.nat({ max: 100_000 }),
    cuts: fc.array(fc.record({ keep: fc.nat({ max: 100 }), isNext: fc.boolean() }), {
      minLength: 1,
      maxLength: 10,
    }),
  });
  fc.assert(
    fc.property(orders, ({ amount, cuts }) => {
      const seats = cuts.map((_, index) => `0.${index + 1}`);
      const before = { amount: 0, seats: [] as string[] };
      let portion: string[] = [];
      for (const [index, { keep, isNext }] of cuts.entries()) {
        portion.push(seats[index]!);
        if (!isNext && index < cuts.length - 1) continue;
        const refund = refundOf({ amount, seats }, portion, before, keep);
        expect(refund.amount).toBeGreaterThanOrEqual(0);
        expect(refund.kept).toBeGreaterThanOrEqual(0);
        expect(refund.kept * 100).toBeLessThanOrEqual((refund.amount + refund.kept) * keep);
        before.amount += refund.amount + refund.kept;
        before.seats.push(...portion);
        portion = [];
      }
      expect(before.amount).toBe(amount);
    }),
  );
});
