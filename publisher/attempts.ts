/**
 * Limits the attempts of each buyer to enter, over all drops; main.ts says to how many. Two maps take turns, so that old attempts are forgotten at no cost: an attempt
 * counts for one to two windows. `lru-cache` with an age takes about twice as long per attempt. In memory, per process;
 * the front door limits by token as well. Time is the process's monotonic clock: if the server's clock were set back an
 * hour, all attempts would count for an hour longer.
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

  /** Counts one attempt. Returns false if the buyer has made too many. */
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
  /** Milliseconds after which a buyer who was refused at `now` is let through, if there is no attempt before. */
  msUntilNext(buyerId: number, now: number = performance.now()): number {
    // At the turn the attempts of this window become those of the previous one, and count for one window more.
    const isFreeAtTurn = (this.#current.get(buyerId) ?? 0) < this.#limit;
    return this.#turnAt - now + (isFreeAtTurn ? 0 : this.#windowMs);
  }
}
