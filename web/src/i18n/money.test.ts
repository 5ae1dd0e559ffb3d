import { createFormats } from './formats.ts';

const format = createFormats('en');

test.each([
  [1250, 'EUR', '€12.50'],
  [1200, 'EUR', '€12'],
  [1250, 'JPY', '¥1,250'],
  [1250, 'HUF', 'Ft 12.50'],
  [150_050, 'COP', '$1,500.50'],
  [150_000_050, 'IDR', 'Rp 1,500,000.50'],
  [1_250, 'KWD', 'KWD 1.250'],
  [12_345, 'CLF', 'CLF 1.2345'],
])('%i of %s is shown as %s', (amount, currency, shown) => {
  // ICU has no-break spaces between a symbol and its number.
  expect(format.money({ amount, currency }).replaceAll('\u00a0', ' ')).toBe(shown);
});
