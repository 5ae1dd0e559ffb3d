/**
 * Seats move between the partitions of a drop, entries do not: a buyer's state stays in one partition, so one buyer
 * cannot hold seats twice. A transfer has three steps on two nodes. After a crash the sweeper completes it; each step
 * takes effect once, however often it is tried.
 */
import type { Announcer } from '../shared/messages/announce.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Place } from '../shared/inventory/keys.ts';

export type SeatSharing = {
  /** Moves up to `wanted` free seats from the drop's other partitions to `place`. Returns how many were moved. */
  borrow: (place: Place, partitions: number, wanted: number) => Promise<number>;
  /** Completes the transfers from `place` that a crash interrupted. */
  finishTransfers: (place: Place) => Promise<void>;
  /** Moves free seats to the partitions in which buyers stand by for them. */
  serveStandby: (drop: { id: number; partitions: number }) => Promise<void>;
};

export type SeatSharingDeps = { inventory: Inventory; announcer: Announcer };

export function createSeatSharing({ inventory, announcer }: SeatSharingDeps): SeatSharing {
  const arrive = async (from: Place, transfer: string, to: Place, seats: readonly string[]) => {
    const promoted = await inventory.borrow(to, transfer, seats);
    await inventory.forgetTransfer(from, transfer);
    await announcer.promoted(to, promoted);
    // One call promotes a limited number of buyers.
    for (let latest = promoted; latest.length > 0;) {
      latest = await inventory.promote(to);
      await announcer.promoted(to, latest);
    }
  };

  const borrow: SeatSharing['borrow'] = async (place, partitions, wanted) => {
    const counts = await inventory.partitionCounts({ id: place.dropId, partitions });
    const lenders = places(place.dropId, partitions)
      .map((lender) => ({ lender, free: counts[lender.partition]?.free ?? 0 }))
      .filter(({ lender, free }) => lender.partition !== place.partition && free > 0)
      .toSorted((a, b) => b.free - a.free);
    let missing = wanted;
    for (const { lender } of lenders) {
      // One call lends a limited number of seats.
      for (;;) {
        const transfer = newBatchId();
        const seats = missing > 0 ? await inventory.lend(lender, transfer, place.partition, missing) : [];
        if (seats.length === 0) break;
        await arrive(lender, transfer, place, seats);
        missing -= seats.length;
      }
    }
    return wanted - missing;
  };

  return {
    borrow,

    async finishTransfers(place) {
      for (const { transfer, to, seats } of await inventory.transfers(place)) {
        await arrive(place, transfer, { dropId: place.dropId, partition: to }, seats);
      }
    },

    async serveStandby({ id, partitions }) {
      const drop = { id, partitions };
      let counts = await inventory.partitionCounts(drop);
      for (const place of places(id, partitions)) {
        const standby = counts[place.partition]?.standby ?? 0;
        const freeHere = counts[place.partition]?.free ?? 0;
        const freeInDrop = counts.reduce((sum, partition) => sum + (partition?.free ?? 0), 0);
        if (standby === 0 || freeInDrop === freeHere) continue;
        // Seats that would serve nobody here stay where they are; else two partitions could exchange them for ever.
        const minQuantity = (await inventory.leastWanted(place)) ?? Infinity;
        if (freeInDrop < minQuantity) continue;
        const servable = Math.min(standby, Math.floor(freeInDrop / minQuantity));
        await borrow(place, partitions, servable * minQuantity - freeHere);
        counts = await inventory.partitionCounts(drop);
      }
    },
  };
}
