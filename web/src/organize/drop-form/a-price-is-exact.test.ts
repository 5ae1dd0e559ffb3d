import { readPrice } from './price.ts';

test('a price is read in the minor units of its currency, digit by digit', () => {
  expect(readPrice('65', 'EUR')).toEqual({ kind: 'amount', amount: 6500 });
  expect(readPrice('65,5', 'EUR')).toEqual({ kind: 'amount', amount: 6550 });
  expect(readPrice(' 1 234.07 ', 'USD')).toEqual({ kind: 'amount', amount: 123_407 });
  expect(readPrice('0.29', 'EUR')).toEqual({ kind: 'amount', amount: 29 });
  expect(readPrice('1250', 'JPY')).toEqual({ kind: 'amount', amount: 1250 });
  expect(readPrice('1.234', 'KWD')).toEqual({ kind: 'amount', amount: 1234 });
});

test('what is no price is told apart: nothing, no number, too many decimals', () => {
  expect(readPrice(' ', 'EUR')).toEqual({ kind: 'none' });
  for (const typed of ['free', '-5', '1,234.50', '.5', '1e3']) {
    expect(readPrice(typed, 'EUR')).toEqual({ kind: 'number' });
  }
  expect(readPrice('1.005', 'EUR')).toEqual({ kind: 'decimals' });
  expect(readPrice('12.5', 'JPY')).toEqual({ kind: 'decimals' });
});
