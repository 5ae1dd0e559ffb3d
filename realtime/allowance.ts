/** Events a socket may send at once. A page sends one or two in all. */
const burstEvents = 20;
/** Further events it may send per second. */
const eventsPerSecond = 5;
/** So many refused events in a row cannot come from a faulty page: they are an attack. */
const maxRefusedInRow = 200;

/** A token bucket: how many events one socket may still send. */
export class Allowance {
  #left = burstEvents;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** @param now milliseconds, by any clock that only goes forward */
  take(now: number): 'granted' | 'refused' | 'flood' {
    this.#left = Math.min(burstEvents, this.#left + ((now - this.#at) * eventsPerSecond) / 1000) - 1;
    this.#at = now;
    if (this.#left >= 0) return 'granted';
    return this.#left > -maxRefusedInRow ? 'refused' : 'flood';
  }
}
