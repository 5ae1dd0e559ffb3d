import type { Inventory } from '../shared/inventory/inventory.ts';
import type { DropState } from '../shared/realtime-events.ts';
import type { KnownDrop } from './known-drops.ts';

/** How a drop stands now. Rejects when Redis cannot say. */
export async function readDropState(
  drop: KnownDrop,
  inventory: Pick<Inventory, 'counts'>,
): Promise<DropState> {
  const counts = await inventory.counts(drop);
  const { id: dropId } = drop;
  const serverTime = new Date().toISOString();
  // Not on sale yet: every seat is still there.
  if (!counts) {
    const { capacity } = drop;
    return { dropId, serverTime, capacity, free: capacity, held: 0, sold: 0, standby: 0, soldOut: false };
  }
  const { capacity, free, held, paying, sold, standby, standbyLimit } = counts;
  const soldOut = free === 0 && standby >= standbyLimit;
  return { dropId, serverTime, capacity, free, held: held + paying, sold, standby, soldOut };
}

export function sameFigures(one: DropState, other: DropState): boolean {
  return (Object.keys(one) as (keyof DropState)[]).every(
    (name) => name === 'serverTime' || one[name] === other[name],
  );
}
