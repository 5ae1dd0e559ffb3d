import type { Inventory } from '../inventory/inventory.ts';
import type { DropState } from '../messages/realtime-events.ts';
import type { Drop } from './drop.ts';
import { phaseOf } from './phase.ts';

/** `mark` differs from the previous one whenever the state of a seat may have changed. */
export type DropLook = { state: DropState; mark: string };

/** What a look at a drop needs to know of it. */
export type DropToLookAt = Pick<
  Drop,
  | 'id'
  | 'partitions'
  | 'capacity'
  | 'opensAt'
  | 'closesAt'
  | 'paused'
  | 'cancelled'
  | 'announcements'
  | 'termsVersion'
>;

/** The present state of a drop, the same by socket and by HTTP. Rejects if Redis does not answer. */
export async function lookAtDrop(
  drop: DropToLookAt,
  inventory: Pick<Inventory, 'counts'>,
): Promise<DropLook> {
  const counts = await inventory.counts(drop);
  const now = Date.now();
  const terms = {
    dropId: drop.id,
    serverTime: new Date(now).toISOString(),
    phase: phaseOf(drop, now),
    opensAt: new Date(drop.opensAt).toISOString(),
    closesAt: new Date(drop.closesAt).toISOString(),
    announcements: drop.announcements,
    termsVersion: drop.termsVersion,
  };
  // Not in Redis, so not on sale yet: every seat is free.
  if (!counts) {
    const { capacity } = drop;
    const state = { ...terms, capacity, free: capacity, held: 0, sold: 0, standby: 0, soldOut: false };
    return { state, mark: 'not stocked' };
  }
  const { capacity, free, held, paying, sold, standby, standbyLimit } = counts;
  const soldOut = free === 0 && standby >= standbyLimit;
  const state = { ...terms, capacity, free, held: held + paying, sold, standby, soldOut };
  return { state, mark: Object.values(counts).join(' ') };
}
