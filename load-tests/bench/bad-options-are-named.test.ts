import { BadOption } from '../rush/options.ts';
import { layOut, median, spread } from './figures.ts';
import { help, readOptions } from './options.ts';

test('what is asked for is read', () => {
  expect(readOptions(['accept'])).toEqual({
    name: 'accept',
    plan: { rounds: 3, seconds: 5, profile: false },
  });
  expect(readOptions(['decide', '--rounds', '5', '--profile'])).toMatchObject({
    name: 'decide',
    plan: { rounds: 5, profile: true },
  });
  expect(readOptions(['--help'])).toBe('help');
  for (const name of [
    'accept',
    'decide',
    'connect',
    'fanout',
    'outcome',
    'checkout',
    'edge',
    'isolation',
    'scale',
  ])
    expect(help).toContain(`\n  ${name} `);
});

test('what is wrong is named', () => {
  for (const [args, said] of [
    [[], 'which one?'],
    [['nothing'], "no 'nothing'"],
    [['accept', 'decide'], 'accept decide'],
    [['accept', '--rounds', '0'], '--rounds'],
    [['accept', '--seconds', 'long'], 'long'],
    [['accept', '--speed'], '--speed'],
  ] as const) {
    expect(() => readOptions([...args])).toThrow(BadOption);
    expect(() => readOptions([...args])).toThrow(said);
  }
});

test('figures of rounds are told by their median and how far they lie apart', () => {
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
