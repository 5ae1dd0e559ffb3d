import { readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, 42);

test('without options it takes a minute or two', () => {
  expect(read()).toEqual({ rate: 10, rounds: 3, processes: 2, seed: 42 });
  expect(read('--rate', '5', '--rounds', '1', '--processes', '1', '--seed', '7')).toEqual({
    rate: 5,
    rounds: 1,
    processes: 1,
    seed: 7,
  });
  expect(read('--help')).toBe('help');
});

test.each([
  [['--rate', '0'], '--rate'],
  [['--rate', '101'], '--rate'],
  [['--rounds', '21'], '--rounds'],
  [['--rounds', '1.5'], '--rounds'],
  [['--processes', '0'], '--processes'],
  [['--seed', '-1'], '--seed'],
  [['--nope'], '--nope'],
  [['rolling'], 'rolling'],
])('%s', (args, named) => {
  expect(() => read(...args)).toThrow(named);
});
