/**
 * Who has which seat, as Redis decides it. Each method is one Lua script on the node that owns the partition, so
 * it happens wholly or not at all; each is safe to repeat. Outcomes are values; only faults are thrown.
 * Replicas have what is answered (replicated.ts), so it survives the loss of a node. Exceptions are numbers that are
 * only shown, and changes that are made again from another source.
 */
import { nodeOf } from '../redis/node-of.ts';
import { createClaim, type Claim } from './claim.ts';
import { createHolds, type Holds } from './holds.ts';
import type { Keys, Place } from './keys.ts';
import { createLedgerRecords, type LedgerRecords } from './ledger-records.ts';
import { createPayments, type Payments } from './payments.ts';
import { createReads, type Reads } from './reads.ts';
import { createRestore, type Restore } from './restore.ts';
import { createPhases, type Phases } from './phases.ts';
import { createStore, type InventoryOptions } from './store.ts';
import { createTransfers, type Transfers } from './transfers.ts';

export type Inventory = Phases &
  Holds &
  Payments &
  Transfers &
  Reads &
  LedgerRecords & {
    /** Decides a batch of entries in their order. */
    claim: Claim;
    /** Loads a partition that Redis has lost. */
    restore: Restore;
    /** The Redis nodes that have these partitions, as one text: calls with the same text wait for the same nodes. */
    nodesOf: (places: readonly Place[]) => string;
    keys: Keys;
  };

export function createInventory(options: InventoryOptions): Inventory {
  const store = createStore(options);
  const { redis, keys } = store;
  return {
    ...createPhases(store),
    ...createHolds(store),
    ...createPayments(store),
    ...createTransfers(store),
    ...createReads(store),
    ...createLedgerRecords(store),
    keys,
    claim: createClaim(store),
    restore: createRestore(store),
    nodesOf: (places) =>
      [...new Set(places.map((place) => nodeOf(redis, keys.key(place, 'meta'))))].toSorted().join(' '),
  };
}
