import { drills } from './drills.ts';
import { argsOf, describeDrills, readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, 42);

test('without options every drill runs', () => {
  expect(read()).toMatchObject({ chosen: drills, seed: 42, minutes: 2, replicaAcks: 1 });
  expect(read('--only', 'clock-off,rabbitmq-killed', '--seed', '7')).toMatchObject({
    chosen: [{ name: 'clock-off' }, { name: 'rabbitmq-killed' }],
    seed: 7,
  });
  expect(read('--help', '--list')).toBe('help');
  expect(read('--list')).toBe('list');
});

test('the arguments that a report names make the same choices again', () => {
  const options = read('--only', 'clock-off,short', '--minutes', '0.5', '--replica-acks', '0');
  expect(options).toMatchObject({ chosen: [{ name: 'clock-off' }, { name: 'short' }] });
  if (typeof options === 'string') throw new Error(options);
  expect(readOptions(argsOf(options).split(' '), 1)).toEqual(options);
});

test('the list names every drill', () => {
  for (const { name, what } of drills)
    expect(describeDrills()).toMatch(new RegExp(`^ *${name} +${what}$`, 'm'));
});

test.each([
  [['--only', 'nothing'], 'nothing'],
  [['--only', 'clock-off,'], '--only'],
  [['--minutes', '0'], '--minutes'],
  [['--minutes', '1e3'], '--minutes'],
  [['--seed', '-1'], '--seed'],
  [['--buyers', '1.5'], '--buyers'],
  [['--replica-acks', '2'], '--replica-acks'],
  [['--nope'], '--nope'],
  [['clock-off'], 'clock-off'],
])('%s', (args, named) => {
  expect(() => read(...args)).toThrow(named);
});
