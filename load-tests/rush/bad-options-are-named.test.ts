import { readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, 42);

test('what is not said follows from the number of buyers', () => {
  expect(read()).toMatchObject({ buyers: 2000, seats: 400, standby: 200, partitions: 1, seed: 42 });
  expect(read('--buyers', '50', '--seats', '7')).toMatchObject({ buyers: 50, seats: 7, standby: 5 });
  expect(read('--help', '--buyers', '50')).toBe('help');
});

test.each([
  [['--buyers', 'x'], '--buyers'],
  [['--buyers', '0'], '--buyers'],
  [['--buyers', '1.5'], '--buyers'],
  [['--buyers', '1e3'], '--buyers'],
  [['--buyers'], '--buyers'],
  [['--hold', '4'], '--hold'],
  [['--quantity', '11'], '--quantity'],
  [['--lapse', '101'], '--lapse'],
  [['--lapse', '-1'], '--lapse'],
  [['--lapse', '90', '--leave', '20'], 'over 100 %'],
  [['--partitions', '4', '--seats', '3'], '--partitions 4 is more than --seats 3'],
  [['--url', '127.0.0.1:8080'], '--url'],
  [['--nope'], '--nope'],
  [['5000'], '5000'],
])('%s', (args, named) => {
  expect(() => read(...args)).toThrow(named);
});
