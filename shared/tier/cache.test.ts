import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from './cache.ts';

/** Counts how often each key is loaded. */
function createLoads() {
  const counts: Record<string, number> = {};
  const load = async (key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
    return `${key}${counts[key]}`;
  };
  return { counts, load };
}

test('a value is loaded once for all who ask at the same time or soon after', async () => {
  const { counts, load } = createLoads();
  const cached = createCache<string, string>({ maxEntries: 10, ttlMs: 60_000 });
  const get = () => cached('a', () => load('a'));
  expect(await Promise.all([get(), get(), get()])).toEqual(['a1', 'a1', 'a1']);
  expect(await get()).toBe('a1');
  expect(counts).toEqual({ a: 1 });
});

test('a value is reused for its time and no longer, counted from the end of its load', async () => {
  const cached = createCache<string, number>({ maxEntries: 10, ttlMs: (value) => value });
  const load = jest.fn(async (ttlMs: number) => sleep(150, ttlMs));
  const get = (ttlMs: number) => cached(`${ttlMs}`, () => load(ttlMs));
  await Promise.all([get(100), get(60_000)]);
  await Promise.all([get(100), get(60_000)]);
  expect(load).toHaveBeenCalledTimes(2);
  await sleep(150);
  await Promise.all([get(100), get(60_000)]);
  expect(load).toHaveBeenCalledTimes(3);
});

test('undefined is a value too', async () => {
  const load = jest.fn(async () => undefined);
  const cached = createCache<string, undefined>({ maxEntries: 10, ttlMs: 60_000 });
  await cached('a', load);
  expect(await cached('a', load)).toBeUndefined();
  expect(load).toHaveBeenCalledTimes(1);
});

test('a failure is not kept, and the next load gets the last value', async () => {
  const cached = createCache<string, string>({ maxEntries: 10, ttlMs: 1 });
  const fail = () => cached('a', () => Promise.reject(new Error('away')));
  await expect(Promise.all([fail(), fail()])).rejects.toThrow('away');
  await cached('a', async () => 'first');
  await sleep(10);
  await expect(fail()).rejects.toThrow('away');
  expect(await cached('a', async (last) => `after ${last}`)).toBe('after first');
});

test('the entry used least recently is evicted', async () => {
  const { counts, load } = createLoads();
  const cached = createCache<string, string>({ maxEntries: 2, ttlMs: 60_000 });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cached(key, () => load(key));
  expect(counts).toEqual({ a: 1, b: 2, c: 1 });
});

test('an entry that is evicted while it is loaded answers those who wait for it', async () => {
  const cached = createCache<string, string | undefined>({ maxEntries: 1, ttlMs: 60_000 });
  const slow = ['some', undefined].map((value) => cached(`${value}`, () => sleep(50, value)));
  expect(await cached('a', async () => 'a')).toBe('a');
  expect(await Promise.all(slow)).toEqual(['some', undefined]);
});
