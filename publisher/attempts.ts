/**
 * How often each buyer may try. Two maps take turns, so that forgetting costs nothing: an attempt counts for one to
 * two windows. In memory, per process; the front door limits by token as well. Time is the process's monotonic clock:
 * were the server's clock set back an hour, everybody's attempts would count for an hour longer.
 */
export class Attempts {
  readonly #limit: number;
  readonly #windowMs: number;
  #current = new Map<number, number>();
  #previous = new Map<number, number>();
  #turnAt = 0;

  constructor({ limit, windowMs }: { limit: number; windowMs: number }) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counts one attempt. False when the buyer has had too many. */
  take(buyerId: number, now: number = performance.now()): boolean {
    if (now >= this.#turnAt) {
      this.#previous = now >= this.#turnAt + this.#windowMs ? new Map() : this.#current;
      this.#current = new Map();
      this.#turnAt = now + this.#windowMs;
    }
    const count = (this.#current.get(buyerId) ?? 0) + 1;
    this.#current.set(buyerId, count);
    return count + (this.#previous.get(buyerId) ?? 0) <= this.#limit;
  }
}
