import { readOptions } from './options.ts';

test('without options it takes ten minutes', () => {
  expect(readOptions([])).toEqual({ minutes: 10, connections: 1_500, depth: 16 });
  expect(readOptions(['--minutes', '0.5', '--connections', '3', '--depth', '1'])).toEqual({
    minutes: 0.5,
    connections: 3,
    depth: 1,
  });
  expect(readOptions(['--help'])).toBe('help');
});

test.each([
  [['--minutes', '0'], '--minutes'],
  [['--connections', '1.5'], '--connections'],
  [['--depth', '101'], '--depth'],
  [['--nope'], '--nope'],
])('%s', (args, named) => {
  expect(() => readOptions(args)).toThrow(named);
});
