import { LRUCache } from 'lru-cache';

/** A rate is computed from two samples at least and at most this far apart. */
const minIntervalMs = 500;
const maxIntervalMs = 60_000;

type Sample = { at: number; count: number; rate: number | null };

/** Rate per second, from the growth of a count between two reads. */
export class Rates {
  readonly #samples = new LRUCache<number, Sample>({ max: 1_000 });

  /** Adds a sample and returns the rate since the previous one; null if there is none from the last minute. */
  note(dropId: number, count: number, now: number = performance.now()): number | null {
    const last = this.#samples.get(dropId);
    const since = last && now - last.at;
    if (last && since !== undefined && since < minIntervalMs) return last.rate;

    const known = last && since !== undefined && since <= maxIntervalMs;
    const rate = known ? Math.max(0, ((count - last.count) * 1000) / since) : null;
    this.#samples.set(dropId, { at: now, count, rate });
    return rate;
  }
}
