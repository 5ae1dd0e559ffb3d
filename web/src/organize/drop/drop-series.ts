/** The last minutes of a sale, as the charts draw them: a column of times, and one for each figure. */
export type Point = {
  free: number;
  held: number;
  sold: number;
  standby: number;
  /** What only the statistics tell; null for what came over the socket in between. */
  entries: number | null;
  decisions: number | null;
  queue: number | null;
  revenue: number | null;
};

/** Seconds that are kept and shown. */
export const windowSeconds = 300;

const names = ['free', 'held', 'sold', 'standby', 'entries', 'decisions', 'queue', 'revenue'] as const;

export class DropSeries {
  readonly times: number[] = [];
  readonly columns: { [Name in keyof Point]: Point[Name][] } = {
    free: [],
    held: [],
    sold: [],
    standby: [],
    entries: [],
    decisions: [],
    queue: [],
    revenue: [],
  };
  #version = 0;
  readonly #listeners = new Set<() => void>();

  /** @param at milliseconds since 1970 */
  add(at: number, point: Point): void {
    // The clock may be set back a little when it learns; the columns must stay in order.
    const seconds = Math.max(at / 1000, (this.times.at(-1) ?? 0) + 0.001);
    this.times.push(seconds);
    for (const name of names) (this.columns[name] as (number | null)[]).push(point[name]);
    const first = this.times.findIndex((time) => time >= seconds - windowSeconds);
    // One point from before the window stays, so that the curve enters from its edge.
    if (first > 1)
      for (const column of [this.times, ...Object.values(this.columns)]) column.splice(0, first - 1);
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  version = (): number => this.#version;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
