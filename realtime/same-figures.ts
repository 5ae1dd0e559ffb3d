import type { DropState } from '../shared/realtime-events.ts';

/** Whether two looks at a drop tell its watchers the same. */
export function sameFigures(one: DropState, other: DropState): boolean {
  return (Object.keys(one) as (keyof DropState)[]).every(
    (name) => name === 'serverTime' || one[name] === other[name],
  );
}
