/**
 * Seats travel between the partitions of a drop, entries do not: a buyer's state stays in one place, so one buyer
 * cannot hold seats twice. A transfer has three steps on two nodes; after a crash the sweeper carries on with it, and
 * each step happens once however often it is tried.
 */
import type { Announcer } from '../shared/messages/announce.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Place } from '../shared/inventory/keys.ts';

export type SeatSharing = {
  /** Moves up to `wanted` free seats from the drop's other partitions to `place`; returns how many came. */
  borrow: (place: Place, partitions: number, wanted: number) => Promise<number>;
  /** Brings seats to their destination that a crash left on the way. */
  finishTransfers: (place: Place) => Promise<void>;
  /** Brings free seats to where buyers stand by for them. */
  serveStandby: (drop: { id: number; partitions: number }) => Promise<void>;
};

export type SeatSharingDeps = { inventory: Inventory; announcer: Announcer };

export function createSeatSharing({ inventory, announcer }: SeatSharingDeps): SeatSharing {
  const arrive = async (from: Place, transfer: string, to: Place, seats: readonly string[]) => {
    const promoted = await inventory.borrow(to, transfer, seats);
    await inventory.forgetTransfer(from, transfer);
    await announcer.promoted(to, promoted);
    // What is more than one call gives to standby.
    for (let more = promoted; more.length > 0;) {
      more = await inventory.promote(to);
      await announcer.promoted(to, more);
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
      // A lender gives only so many at once.
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
        const waiting = counts[place.partition]?.standby ?? 0;
        const own = counts[place.partition]?.free ?? 0;
        const all = counts.reduce((sum, part) => sum + (part?.free ?? 0), 0);
        if (waiting === 0 || all === own) continue;
        // Seats that would serve nobody here stay where they are; else two partitions could exchange them for ever.
        const least = (await inventory.leastWanted(place)) ?? Infinity;
        if (all < least) continue;
        await borrow(place, partitions, Math.min(waiting, Math.floor(all / least)) * least - own);
        counts = await inventory.partitionCounts(drop);
      }
    },
  };
}
