import { LRUCache } from 'lru-cache';

/** How long attempts are counted, from the first one. */
const periodMs = 5 * 60_000;

/**
 * Counts attempts per key on the monotonic clock. The counts are in memory, so each process allows that many. Beyond
 * `maxKeys` keys, the one whose last attempt was earliest is forgotten.
 */
export class Attempts {
  readonly #attempts: LRUCache<string, { count: number; until: number }>;

  constructor(maxKeys = 100_000) {
    this.#attempts = new LRUCache({ max: maxKeys });
  }

  count(key: string, now: number): number {
    const known = this.#attempts.peek(key);
    return known && known.until > now ? known.count : 0;
  }

  /** Milliseconds until the attempts of `key` no longer count. */
  msLeft(key: string, now: number): number {
    return Math.max(0, (this.#attempts.peek(key)?.until ?? now) - now);
  }

  add(key: string, now: number): void {
    const known = this.#attempts.peek(key);
    const attempts = known && known.until > now ? known : { count: 0, until: now + periodMs };
    attempts.count += 1;
    this.#attempts.set(key, attempts);
  }

  takeBack(key: string): void {
    const known = this.#attempts.peek(key);
    if (known) known.count = Math.max(0, known.count - 1);
  }

  forget(key: string): void {
    this.#attempts.delete(key);
  }
}
