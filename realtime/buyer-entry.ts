import type { EntryState } from '../shared/contract/entries.ts';
import { readEntryState } from '../shared/entry-state.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { KeyList } from '../shared/key-list.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { KnownDrop } from './known-drops.ts';

export type ReadEntry = (drop: KnownDrop, userId: number) => Promise<EntryState>;

/** How a buyer's entry stands now, as GET /api/drops/:id/entry would say it. */
export function createReadEntry(
  source: { db: Database; inventory: Pick<Inventory, 'view' | 'counts' | 'ledgerEntries'> },
  checkoutKeys: KeyList,
): ReadEntry {
  return (drop, userId) => readEntryState(source, drop, userId, checkoutKeys);
}
