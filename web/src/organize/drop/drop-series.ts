/** The last minutes of a drop for the charts: a column of times, and one for each figure. */
export type Point = {
  free: number;
  held: number;
  sold: number;
  standby: number;
  /** Only in the statistics; null in points that came by the socket. */
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
    // A new sample can set the server clock back slightly; the times must stay in order.
    const seconds = Math.max(at / 1000, (this.times.at(-1) ?? 0) + 0.001);
    this.times.push(seconds);
    for (const name of names) (this.columns[name] as (number | null)[]).push(point[name]);
    const first = this.times.findIndex((time) => time >= seconds - windowSeconds);
    // One point from before the window is kept, so that the curve begins at its edge.
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
