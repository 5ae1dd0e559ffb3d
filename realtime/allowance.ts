/** Events a socket may send at once, and how many more each second after that. A page sends one or two in all. */
const burst = 20;
const perSecond = 5;
/** So many refused ones in a row are no mistake of a page. */
const flood = 200;

/** How much one socket may still send: a token bucket. */
export class Allowance {
  #left = burst;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** @param now milliseconds, by any clock that only goes forward */
  take(now: number): 'granted' | 'refused' | 'flood' {
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1000) - 1;
    this.#at = now;
    if (this.#left >= 0) return 'granted';
    return this.#left > -flood ? 'refused' : 'flood';
  }
}
