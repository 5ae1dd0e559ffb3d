/** Looks for what fell through when a process or a server was lost, and does it, some seconds late. */
import type { Announcer } from '../shared/announce.ts';
import { places, type Inventory } from '../shared/inventory/inventory.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { releaseHold, type ReleaseDeps } from './release-holds.ts';
import type { SeatSharing } from './share-seats.ts';

export type SweepDeps = ReleaseDeps & {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  /** Milliseconds that announcements, and timers, may be late before the sweeper takes over. */
  graceMs: number;
  timerGraceMs: number;
};

/** One round over all drops on sale. Several consumers may sweep at once: each step is safe to repeat. */
export function createSweep(deps: SweepDeps): () => Promise<void> {
  const { inventory, announcer, sharing, metrics, graceMs, timerGraceMs } = deps;

  const releaseOverdue = async (place: Place) => {
    const overdue = await inventory.overdue(place, timerGraceMs);
    await attemptEach(overdue, ({ holdId }) => releaseHold(deps, place, holdId, 'sweeper'));
  };
  const tellUntold = async (place: Place) => {
    const untold = await inventory.untold(place, graceMs);
    if (untold.length === 0) return;
    metrics.toldLate(untold.length);
    await announcer.promoted(
      place,
      untold.filter(({ state }) => state === 'held'),
    );
    await inventory.told(
      place,
      untold.map(({ holdId }) => holdId),
    );
  };

  /** What a restore, or a script that freed very many seats, has left to do. */
  const promoteRest = async (place: Place) => {
    await announcer.promoted(place, await inventory.promote(place));
  };

  return async () => {
    await attemptEach(await inventory.onSale(), async (drop) => {
      const shares = drop.partitions > 1;
      const duties = [releaseOverdue, promoteRest, tellUntold, ...(shares ? [sharing.finishTransfers] : [])];
      await attemptEach(places(drop.id, drop.partitions), (place) =>
        attemptEach(duties, (duty) => duty(place)),
      );
      if (shares) await sharing.serveStandby(drop);
    });
  };
}

/** Does `work` for each, one after the other, also for those after one that failed; then rejects with the first fault. */
async function attemptEach<T>(list: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const faults: Error[] = [];
  for (const each of list) await work(each).catch((error: Error) => faults.push(error));
  if (faults[0]) throw faults[0];
}
