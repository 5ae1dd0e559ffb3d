import { readConfig, ConfigError } from '../shared/tier/config.ts';
import { parseLimits, usualLimits } from '../shared/http/front-door-limits.ts';
import { frontDoorSettings } from './front-door-settings.ts';

test('a setting changes the limits it names, and no others', () => {
  expect(parseLimits('')).toEqual({});
  expect(parseLimits('entryPerAddress=100/200,socketsPerAddress=30000')).toEqual({
    entryPerAddress: { rate: 100, burst: 200 },
    socketsPerAddress: 30_000,
  });
  for (const name of Object.keys(usualLimits))
    expect(() => parseLimits(`${name}=${/^(?:sockets|connections)/.test(name) ? '7' : '7/7'}`)).not.toThrow();
});

test.each([
  'entriesPerAddress=1/1',
  'constructor=1',
  'entryPerAddress',
  'entryPerAddress=20',
  'entryPerAddress=20/',
  'entryPerAddress=0/5',
  'entryPerAddress=1/2/3',
  'entryPerAddress=1/5 nodelay; }',
  'socketsPerAddress=0',
  'socketsPerAddress=-1',
  'socketsPerAddress=1/2',
  'socketsPerAddress=1e3',
  'socketsPerAddress=99999999',
])('%s is refused before nginx sees it', (text) => {
  expect(() => parseLimits(text)).toThrow(RangeError);
  const needed = { FRONT_DOOR_PUBLISHERS: 'a:1', FRONT_DOOR_REALTIMES: 'a:2', FRONT_DOOR_GENERALS: 'a:3' };
  expect(() => readConfig(frontDoorSettings, { ...needed, FRONT_DOOR_LIMITS: text })).toThrow(ConfigError);
});
