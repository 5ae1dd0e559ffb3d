import type { ScaleEvent } from './scale-event.ts';

export type Direction = ScaleEvent['direction'];

/** How something is at rest, and how it is at a sale. */
export type Pair<T> = { name: string; rest: T; sale: T };

/** One thing that is not as it should be, and how to make it so. */
export type Change = {
  /** For people: in the log, and in the answer of a dry run. */
  does: string;
  apply: () => Promise<unknown>;
};

/** Looks at how things are; nothing is changed yet. What cannot be looked at, or not be changed now, is a `fault`. */
export type Plan = { changes: Change[]; faults: Error[] };

export const wantedOf = <T>({ rest, sale }: Pair<T>, direction: Direction): T =>
  direction === 'up' ? sale : rest;
