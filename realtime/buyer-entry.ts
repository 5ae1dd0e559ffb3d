import type { KeyObject } from 'node:crypto';
import type { EntryState } from '../shared/contract/entries.ts';
import { entryStateOf } from '../shared/entry-state.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { partitionOfBuyer } from '../shared/inventory/layout.ts';
import type { KnownDrop } from './known-drops.ts';

export type ReadEntry = (drop: KnownDrop, userId: number) => Promise<EntryState>;

/** How a buyer's entry stands now, as GET /api/drops/:id/entry would say it. */
export function createReadEntry(inventory: Pick<Inventory, 'view'>, checkoutKey: KeyObject): ReadEntry {
  return async (drop, userId) => {
    const place = { dropId: drop.id, partition: partitionOfBuyer(userId, drop.partitions) };
    return entryStateOf(place, userId, await inventory.view(place, userId), checkoutKey);
  };
}
