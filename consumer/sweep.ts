/** Finds work that was lost with a process or a server, and does it some seconds late. */
import type { Announcer } from '../shared/messages/announce.ts';
import { inTime } from '../shared/tier/in-time.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Pulse } from '../shared/inventory/reads.ts';
import { placeName, type Place } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { createWorkOff, inMemory, type Round } from '../shared/tier/work-off.ts';
import { releaseHold, type ReleaseDeps } from './release-holds.ts';
import type { SeatSharing } from './share-seats.ts';

export type SweepDeps = ReleaseDeps & {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  /** Milliseconds by which an announcement may be late before the sweeper takes over. */
  graceMs: number;
  /** Milliseconds by which a hold timer may be late before the sweeper takes over. */
  timerGraceMs: number;
  log: Log;
};

/** Partitions of one node that are looked at concurrently. */
const atOnce = 64;
const patienceMs = 1_000;
/** Short, since a node that is away comes back within seconds. */
const longestPauseMs = 5_000;

type LiveDrop = { id: number; partitions: number };

/**
 * One round over all drops on sale: it reads a few counters of each partition, and does more only where there is work.
 * Several consumers may sweep at once: each step is safe to repeat.
 */
export function createSweep(deps: SweepDeps): Round {
  const { inventory, announcer, sharing, metrics, graceMs, timerGraceMs, log } = deps;

  const releaseOverdue = async (place: Place) => {
    const tried = new Set<string>();
    const faults: Error[] = [];
    for (;;) {
      // Holds that cannot be released stay first in the list, so the next page skips as many.
      const overdue = await inventory.overdue(place, timerGraceMs, faults.length);
      const fresh = overdue.filter(({ holdId }) => !tried.has(holdId));
      if (fresh.length === 0) break;
      for (const { holdId } of fresh) tried.add(holdId);
      faults.push(...(await attemptEach(fresh, ({ holdId }) => releaseHold(deps, place, holdId, 'sweeper'))));
    }
    if (faults[0]) throw faults[0];
  };
  const announceOverdue = async (place: Place) => {
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

  /** Promotes standby buyers whom a restore, or a script that freed very many seats, has left waiting. */
  const promoteRemaining = async (place: Place) => {
    await announcer.promoted(place, await inventory.promote(place));
  };

  let liveDrops: LiveDrop[] = [];
  const readLiveDrops = async () => {
    try {
      liveDrops = await inTime(inventory.liveDrops(), patienceMs);
    } catch (error) {
      // The node that has the list may be away while the nodes of the drops are reachable.
      if (liveDrops.length === 0) throw error;
      log.debug({ err: error }, 'could not read the drops on sale; sweeping those known before');
    }
  };

  let pulses = new Map<string, Pulse>();
  const common = { log, atOnce, patienceMs, firstPauseMs: 500, longestPauseMs };
  const sweepPartitions = createWorkOff<Place>({
    ...common,
    name: 'sweep',
    page: inMemory(() => liveDrops.flatMap(({ id, partitions }) => places(id, partitions))),
    keyOf: placeName,
    laneOf: (place) => inventory.nodesOf([place]),
    async work(place) {
      const pulse = await inventory.pulse(place);
      if (!pulse) return 'done';
      pulses.set(placeName(place), pulse);
      const duties = [
        ...(pulse.overdueMs >= timerGraceMs ? [releaseOverdue] : []),
        ...(pulse.standby > 0 && pulse.free > 0 ? [promoteRemaining] : []),
        ...(pulse.untold > 0 ? [announceOverdue] : []),
        ...(pulse.transfers > 0 ? [sharing.finishTransfers] : []),
      ];
      const [fault] = await attemptEach(duties, (duty) => duty(place));
      if (fault) throw fault;
      return 'done';
    },
  });
  const serveStandby = createWorkOff<LiveDrop>({
    ...common,
    name: 'serve standby from other partitions',
    page: inMemory(() => liveDrops.filter((drop) => mayShare(drop, pulses))),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    async work(drop) {
      await sharing.serveStandby(drop);
      return 'done';
    },
  });

  return async (stopping) => {
    await readLiveDrops();
    pulses = new Map();
    await sweepPartitions(stopping);
    await serveStandby(stopping);
  };
}

/** Whether a buyer is in standby in one partition while seats are free in another. */
function mayShare({ id, partitions }: LiveDrop, pulses: ReadonlyMap<string, Pulse>): boolean {
  if (partitions === 1) return false;
  const known = places(id, partitions).flatMap((place) => pulses.get(placeName(place)) ?? []);
  const free = known.reduce((sum, pulse) => sum + pulse.free, 0);
  return known.some((pulse) => pulse.standby > 0 && free > pulse.free);
}

/** Does `work` for each item, one after the other, and goes on after a fault. Resolves to the faults. */
async function attemptEach<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<Error[]> {
  const faults: Error[] = [];
  for (const item of list) await work(item).catch((error: Error) => faults.push(error));
  return faults;
}
