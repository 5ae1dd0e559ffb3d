import type { Drop } from './drop.ts';

/** `paused`: the drop is open, but no entries are accepted until it is resumed. */
export type DropPhase = 'scheduled' | 'open' | 'paused' | 'closed' | 'cancelled';

/** @param now milliseconds since 1970 */
export function phaseOf(
  { opensAt, closesAt, paused, cancelled }: Pick<Drop, 'opensAt' | 'closesAt' | 'paused' | 'cancelled'>,
  now: number,
): DropPhase {
  if (cancelled) return 'cancelled';
  if (now >= closesAt) return 'closed';
  if (now < opensAt) return 'scheduled';
  return paused ? 'paused' : 'open';
}
