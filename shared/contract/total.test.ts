import { totalOf } from './total.ts';

test('the total is the price of each seat', () => {
  expect(totalOf({ price: { amount: 4500, currency: 'EUR' } }, 3)).toEqual({
    amount: 13_500,
    currency: 'EUR',
  });
});
