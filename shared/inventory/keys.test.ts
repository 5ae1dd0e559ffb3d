import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Keys, keyCount } from './keys.ts';

const source = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const place = { dropId: 7, partition: 2 };
/** Names of a partition's keys in the order in which a script gets them. */
const inCalls = new Keys('').all(place).map((key) => key.slice('{drop:7.2}:'.length));

/** Names that prelude.lua gives to KEYS[1], KEYS[2] and so on, with the numbers it takes them from. */
function namesInPrelude(): { names: string[]; numbers: number[] }[] {
  const taken = /^local ([A-Z, ]+) = (?:unpack\(KEYS, (\d+), (\d+)\)|KEYS\[(\d+)\], KEYS\[(\d+)\])$/gm;
  return [...source('prelude.lua').matchAll(taken)].map(([, list = '', ...numbers]) => ({
    names: list.split(', '),
    numbers: numbers.filter((number) => number !== undefined).map(Number),
  }));
}

test('prelude.lua names the keys in the order in which calls send them', () => {
  const taken = namesInPrelude();
  expect(taken.flatMap(({ names }) => names.map((name) => name.toLowerCase()))).toEqual(inCalls);
  expect(inCalls).toHaveLength(keyCount);
  for (const { names, numbers } of taken) {
    const first = inCalls.indexOf(names[0]?.toLowerCase() ?? '') + 1;
    expect(numbers).toEqual([first, first + names.length - 1]);
  }
});

test('prelude.lua describes them in that order', () => {
  const described = [
    ...source('prelude.lua').matchAll(/^-- +(\d+) (\w+) +(?:hash|zset|list|bitmap|stream)/gm),
  ];
  expect(described.map(([, number, name]) => [Number(number), name])).toEqual(
    inCalls.map((name, index) => [index + 1, name]),
  );
});

test('no script but the prelude and restore.lua counts keys by itself', () => {
  const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.lua'));
  const counting = scripts.filter((name) => /\bKEYS\b/.test(source(name).replaceAll(/--.*$/gm, '')));
  expect(counting.toSorted()).toEqual(['prelude.lua', 'restore.lua']);
});

test('a restore gets its own keys in the same order', () => {
  const restoring = new Keys('').restoring(place).map((key) => key.slice('{drop:7.2}:restoring:'.length));
  expect(restoring).toEqual(inCalls);
});
