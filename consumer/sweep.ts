/** Looks for what fell through when a process or a server was lost, and does it, some seconds late. */
import type { Announcer } from '../shared/announce.ts';
import { places, type Inventory } from '../shared/inventory/inventory.ts';
import { releaseHold, type ReleaseDeps } from './release-holds.ts';
import type { SeatSharing } from './share-seats.ts';

export type SweepDeps = ReleaseDeps & { inventory: Inventory; announcer: Announcer; sharing: SeatSharing };

/** Milliseconds that timers and announcements may be late before the sweeper takes over. */
export const graceMs = 2_000;

/** One round over all drops on sale. Several consumers may sweep at once: each step is safe to repeat. */
export function createSweep(deps: SweepDeps): () => Promise<void> {
  const { inventory, announcer, sharing, metrics } = deps;
  return async () => {
    for (const drop of await inventory.onSale()) {
      for (const place of places(drop.id, drop.partitions)) {
        for (const { holdId } of await inventory.overdue(place, graceMs)) {
          await releaseHold(deps, place, holdId, 'sweeper');
        }
        const untold = await inventory.untold(place, graceMs);
        if (untold.length > 0) {
          metrics.toldLate(untold.length);
          await announcer.promoted(
            place,
            untold.filter(({ state }) => state === 'held'),
          );
          await inventory.told(
            place,
            untold.map(({ holdId }) => holdId),
          );
        }
        if (drop.partitions > 1) await sharing.finishTransfers(place);
      }
      if (drop.partitions > 1) await sharing.serveStandby(drop);
    }
  };
}
