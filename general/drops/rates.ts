/** Drops remembered; beyond it the one looked at longest ago is forgotten. */
const mostDrops = 1_000;
/** Milliseconds between two looks that a rate can be told from. */
const shortest = 500;
const longest = 60_000;

type Look = { at: number; count: number; rate: number | null };

/** How many per second, from how many there were when somebody last looked. */
export class Rates {
  readonly #looks = new Map<number, Look>();

  /** The rate since the last look; null when there was none lately. */
  note(dropId: number, count: number, now: number = performance.now()): number | null {
    const last = this.#looks.get(dropId);
    const since = last && now - last.at;
    if (last && since !== undefined && since < shortest) return last.rate;

    const known = last && since !== undefined && since <= longest;
    const rate = known ? Math.max(0, ((count - last.count) * 1000) / since) : null;
    this.#looks.delete(dropId);
    this.#looks.set(dropId, { at: now, count, rate });
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= mostDrops) break;
      this.#looks.delete(oldest);
    }
    return rate;
  }
}
