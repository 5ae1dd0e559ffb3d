import { Rates } from './rates.ts';

test('the rate is what came since the last look', () => {
  const rates = new Rates();
  expect(rates.note(1, 100, 0)).toBeNull();
  expect(rates.note(1, 600, 2_000)).toBe(250);
  expect(rates.note(2, 600, 2_000)).toBeNull();
  expect(rates.note(1, 600, 3_000)).toBe(0);
});

test('two looks at nearly the same time are told the same', () => {
  const rates = new Rates();
  rates.note(1, 0, 0);
  expect(rates.note(1, 1_000, 1_000)).toBe(1_000);
  expect(rates.note(1, 1_000, 1_001)).toBe(1_000);
  expect(rates.note(1, 2_000, 2_000)).toBe(1_000);
});

test('a look long ago says nothing about now', () => {
  const rates = new Rates();
  rates.note(1, 0, 0);
  expect(rates.note(1, 1_000_000, 3_600_000)).toBeNull();
});
