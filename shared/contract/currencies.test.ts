import { currencies } from './currencies.ts';
import { decimal, decimalsOtherThanTwo, minorDigits } from './minor-units.ts';
import { chosenPrice } from './money.ts';

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLF', 4],
  ['UYW', 4],
  // Intl says none for these.
  ['HUF', 2],
  ['COP', 2],
  ['IDR', 2],
  ['PKR', 2],
  ['LBP', 2],
  ['MGA', 2],
  // Withdrawn, but drops sold in it.
  ['BGN', 2],
])('%s has %i decimals', (currency, digits) => {
  expect(minorDigits(currency)).toBe(digits);
});

test('each active currency is in the table once', () => {
  expect(currencies).toHaveLength(165);
  expect(new Set(currencies).size).toBe(currencies.length);
  expect(currencies.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  expect(currencies).toEqual(
    expect.arrayContaining(Object.values(decimalsOtherThanTwo).join(' ').split(' ')),
  );
});

test('an amount is written with the decimals of its currency', () => {
  expect(decimal({ amount: 1250, currency: 'JPY' })).toBe('1250');
  expect(decimal({ amount: 1250, currency: 'HUF' })).toBe('12.50');
  expect(decimal({ amount: 1250, currency: 'KWD' })).toBe('1.250');
  expect(decimal({ amount: 1250, currency: 'CLF' })).toBe('0.1250');
});

test('a price can be in any active currency, and in no withdrawn one, metal or test code', () => {
  const isTaken = (currency: string) => chosenPrice.safeParse({ amount: 100, currency }).success;
  expect(currencies.filter((code) => !isTaken(code))).toEqual([]);
  for (const code of [
    'BGN',
    'HRK',
    'ANG',
    'CUC',
    'DEM',
    'XAU',
    'XDR',
    'XTS',
    'XXX',
    'QQQ',
    'eur',
    'toString',
  ]) {
    expect([code, isTaken(code)]).toEqual([code, false]);
  }
});
