import { LRUCache } from 'lru-cache';

/**
 * Returns the value of `key`: the one in memory, or what `load` returns, which is then kept.
 * @param load gets the value that was loaded before, if it is still in memory, for use where a new one cannot be had
 */
export type Cached<Key, Value> = (
  key: Key,
  load: (last: Value | undefined) => Promise<Value>,
) => Promise<Value>;

export type CacheLimits<Value> = {
  /** Beyond this many, the entry used least recently is evicted. */
  maxEntries: number;
  /** Milliseconds for which a value is reused after it was loaded. */
  ttlMs: number | ((value: Value) => number);
};

/**
 * A cache of loaded values. Concurrent callers for a key share one load. If it fails, all of them get its error, and
 * the next caller loads again.
 */
export function createCache<Key extends number | string, Value>({
  maxEntries,
  ttlMs,
}: CacheLimits<Value>): Cached<Key, Value> {
  type Load = (last: Value | undefined) => Promise<Value>;
  // A value is wrapped, since lru-cache does not keep undefined.
  const entries = new LRUCache<Key, { value: Value }, Load>({
    max: maxEntries,
    fetchMethod: async (_key, last, { options, context: load }) => {
      const value = await load(last?.value);
      options.ttl = typeof ttlMs === 'number' ? ttlMs : ttlMs(value);
      return { value };
    },
    // An entry that is evicted while it is loaded answers those who wait for it.
    ignoreFetchAbort: true,
    // After a failure, the value that is too old is still there for the next load.
    noDeleteOnFetchRejection: true,
  });
  return async (key, load) => (await entries.forceFetch(key, { context: load })).value;
}
