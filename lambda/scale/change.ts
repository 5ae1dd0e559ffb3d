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

/**
 * Plans one resource after another; an error becomes a fault of that resource alone.
 * @param kind of resource, for the error
 * @param planOne returns nothing if the resource has the wanted size
 */
export async function planEach<T>(
  { kind, pairs, direction }: { kind: string; pairs: readonly Pair<T>[]; direction: Direction },
  planOne: (name: string, wanted: T) => Promise<Change | undefined>,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  for (const pair of pairs) {
    try {
      const change = await planOne(pair.name, wantedOf(pair, direction));
      if (change) plan.changes.push(change);
    } catch (error) {
      plan.faults.push(new Error(`${kind} ${pair.name}: ${(error as Error).message}`, { cause: error }));
    }
  }
  return plan;
}

export const wantedOf = <T>({ rest, drop }: Pair<T>, direction: Direction): T =>
  direction === 'up' ? drop : rest;
