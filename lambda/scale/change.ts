import type { ScaleEvent } from './scale-event.ts';

export type Direction = ScaleEvent['direction'];

/** The size of one resource at rest and during a drop. */
export type Pair<T> = { name: string; rest: T; drop: T };

/** One difference from the wanted size, and how to correct it. */
export type Change = {
  /** Description for the log and for the result of a dry run. */
  description: string;
  apply: () => Promise<unknown>;
};

/**
 * The result of comparing the current sizes with the wanted ones; nothing has been changed yet. A `fault` is a
 * resource that could not be read or cannot be changed now.
 */
export type Plan = { changes: Change[]; faults: Error[] };

export const wantedOf = <T>({ rest, drop }: Pair<T>, direction: Direction): T =>
  direction === 'up' ? drop : rest;
