import { currencies } from '../../shared/contract/currencies.ts';
import { fromStripe, stripeLimits, toStripe } from './stripe-amounts.ts';

test.each(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'])(
  '%s has no decimals, at Stripe as in ISO 4217',
  (currency) => {
    expect(toStripe({ amount: 500, currency })).toBe(500);
    expect(fromStripe(500, currency)).toBe(500);
  },
);

test('MGA has two decimals in ISO 4217 and none at Stripe, so only whole amounts can be charged', () => {
  expect(toStripe({ amount: 50_000, currency: 'MGA' })).toBe(500);
  expect(fromStripe(500, 'MGA')).toBe(50_000);
  expect(() => toStripe({ amount: 50_050, currency: 'MGA' })).toThrow(RangeError);
  expect(stripeLimits('MGA')).toMatchObject({ step: 100, minimum: 100 });
});

test.each(['ISK', 'UGX'])('%s has no decimals, but two at Stripe', (currency) => {
  expect(toStripe({ amount: 5, currency })).toBe(500);
  expect(fromStripe(500, currency)).toBe(5);
  expect(() => fromStripe(550, currency)).toThrow(RangeError);
  expect(stripeLimits(currency)).toMatchObject({ step: 1, maximum: 999_999 });
});

test.each(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])(
  '%s has three decimals, the last of which is 0',
  (currency) => {
    expect(toStripe({ amount: 5120, currency })).toBe(5120);
    expect(fromStripe(5120, currency)).toBe(5120);
    expect(() => toStripe({ amount: 5121, currency })).toThrow(RangeError);
    expect(stripeLimits(currency)).toEqual({ step: 10, minimum: 10, maximum: 99_999_990 });
  },
);

test.each(['HUF', 'TWD', 'COP', 'IDR', 'PKR', 'EUR', 'USD'])(
  '%s is charged with two decimals',
  (currency) => {
    expect(toStripe({ amount: 1045, currency })).toBe(1045);
    expect(fromStripe(1045, currency)).toBe(1045);
  },
);

test.each([
  ['USD', 50],
  ['GBP', 30],
  ['CZK', 1500],
  ['HUF', 17_500],
  ['JPY', 50],
  ['KRW', 1],
])('the least charge in %s is %i', (currency, minimum) => {
  expect(stripeLimits(currency)?.minimum).toBe(minimum);
});

test.each([
  ['EUR', 99_999_999],
  ['IDR', 999_999_999_999],
  ['JPY', 9_999_999_999],
])('the highest charge in %s is %i', (currency, maximum) => {
  expect(stripeLimits(currency)?.maximum).toBe(maximum);
});

test.each(['CLF', 'UYW', 'IQD', 'LYD', 'KPW'])('%s cannot be charged', (currency) => {
  expect(stripeLimits(currency)).toBeUndefined();
});

test('every amount within the limits of a currency is charged exactly', () => {
  for (const currency of currencies) {
    const limits = stripeLimits(currency);
    if (!limits) continue;
    const { step, minimum, maximum } = limits;
    for (const amount of [minimum, minimum + step, 1234 * step, maximum]) {
      expect([currency, fromStripe(toStripe({ amount, currency }), currency)]).toEqual([currency, amount]);
    }
  }
});

test.each([-100, 0.5, Number.NaN, 2 ** 53])('%d is no amount', (amount) => {
  expect(() => toStripe({ amount, currency: 'EUR' })).toThrow(RangeError);
  expect(() => fromStripe(amount, 'EUR')).toThrow(RangeError);
});
