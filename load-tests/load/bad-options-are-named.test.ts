import { readBuyerOptions } from './buyer-options.ts';
import { buyersNeeded, readLoadOptions } from './load-options.ts';

test('what is not said of a load test is usual', () => {
  expect(readLoadOptions(['journey', '--set', 'RATE=2', '--set', 'X=a=b', '--', '--vus', '3'])).toEqual({
    script: 'journey',
    env: { RATE: '2', X: 'a=b' },
    seats: undefined,
    standby: undefined,
    holdSeconds: 15,
    k6Args: ['--vus', '3'],
  });
  expect(readLoadOptions(['--help'])).toBe('help');
});

test.each([
  [[], 'entries, sockets, journey'],
  [['nothing'], "'nothing'"],
  [['entries', 'journey'], 'journey'],
  [['entries', '--set', 'RATE'], "'RATE'"],
  [['entries', '--set', 'rate=5'], "'rate=5'"],
  [['entries', '--set', 'DROP=5'], '--set BUYERS'],
  [['entries', '--set', 'BASE_URL=http://x'], '--set DROP'],
  [['entries', '--seats', '0'], '--seats'],
  [['entries', '--hold', '4'], '--hold'],
  [['entries', '--nope'], '--nope'],
])('load %j', (args, named) => {
  expect(() => readLoadOptions(args)).toThrow(named);
});

test('there are as many buyers as the scripts ask for', () => {
  expect(buyersNeeded('entries', { RATE: '20', DURATION: '1.5m' })).toBe(1801);
  expect(buyersNeeded('sockets', { CONNECTIONS: '5000' })).toBe(5000);
  expect(buyersNeeded('journey', {})).toBe(151);
  expect(() => buyersNeeded('entries', { RATE: 'fast' })).toThrow('--set RATE');
});

test.each([
  [['--out', 'x'], '--count'],
  [['--count', '0', '--out', 'x'], '--count'],
  [['--count', '1e3', '--out', 'x'], '--count'],
  [['--count', '1000001', '--out', 'x'], '--count'],
  [['--count', '5'], '--out'],
  [['--count', '5', '--out', 'x', '--drop', 'y'], '--drop'],
  [['--count', '5', '--out', 'x', '--nope'], '--nope'],
])('buyers %j', (args, named) => {
  expect(() => readBuyerOptions(args)).toThrow(named);
});
