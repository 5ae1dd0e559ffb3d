import { layOut, median, spread } from './figures.ts';

test('the figures of several rounds are shown as their median, minimum and maximum', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow();
  expect(spread([1_500, 900, 12_000])).toBe('1,500 (900–12,000)');
  expect(
    layOut([
      ['', 'a'],
      ['name', '10'],
    ]),
  ).toBe('         a\n  name  10');
});
