/** Finds work that was lost with a process or a server, and does it some seconds late. */
import type { Announcer } from '../shared/messages/announce.ts';
import { inTime } from '../shared/tier/in-time.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Pulse } from '../shared/inventory/reads.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { createWorkOff, inMemory, type Round } from '../shared/tier/work-off.ts';
import { releaseHold, type ReleaseDeps } from './release-holds.ts';
import type { SeatSharing } from './share-seats.ts';

export type SweepDeps = ReleaseDeps & {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  /** Milliseconds that announcements, and timers, may be late before the sweeper takes over. */
  graceMs: number;
  timerGraceMs: number;
  log: Log;
};

/** Looks at partitions of a node under way at the same time. */
const atOnce = 64;
const patienceMs = 1_000;
/** A node that is away comes back within seconds. */
const longestPauseMs = 5_000;

type OnSale = { id: number; partitions: number };

/**
 * One round over all drops on sale: one small look at each partition, and more only where there is something to do.
 * Several consumers may sweep at once: each step is safe to repeat.
 */
export function createSweep(deps: SweepDeps): Round {
  const { inventory, announcer, sharing, metrics, graceMs, timerGraceMs, log } = deps;

  const releaseOverdue = async (place: Place) => {
    const tried = new Set<string>();
    const faults: Error[] = [];
    for (;;) {
      // Those that cannot be released stay the first of all: the others are asked for past them.
      const overdue = await inventory.overdue(place, timerGraceMs, faults.length);
      const fresh = overdue.filter(({ holdId }) => !tried.has(holdId));
      if (fresh.length === 0) break;
      for (const { holdId } of fresh) tried.add(holdId);
      faults.push(...(await attemptEach(fresh, ({ holdId }) => releaseHold(deps, place, holdId, 'sweeper'))));
    }
    if (faults[0]) throw faults[0];
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

  let onSale: OnSale[] = [];
  const readOnSale = async () => {
    try {
      onSale = await inTime(inventory.onSale(), patienceMs);
    } catch (error) {
      // The node that has the list may be away while those of the drops are there.
      if (onSale.length === 0) throw error;
      log.debug({ err: error }, 'swept is what was on sale before');
    }
  };

  let pulses = new Map<string, Pulse>();
  const common = { log, atOnce, patienceMs, firstPauseMs: 500, longestPauseMs };
  const sweepPartitions = createWorkOff<Place>({
    ...common,
    name: 'sweep',
    page: inMemory(() => onSale.flatMap(({ id, partitions }) => places(id, partitions))),
    keyOf: nameOf,
    laneOf: (place) => inventory.nodesOf([place]),
    async work(place) {
      const pulse = await inventory.pulse(place);
      if (!pulse) return 'done';
      pulses.set(nameOf(place), pulse);
      const duties = [
        ...(pulse.overdueMs >= timerGraceMs ? [releaseOverdue] : []),
        ...(pulse.standby > 0 && pulse.free > 0 ? [promoteRest] : []),
        ...(pulse.untold > 0 ? [tellUntold] : []),
        ...(pulse.transfers > 0 ? [sharing.finishTransfers] : []),
      ];
      const [fault] = await attemptEach(duties, (duty) => duty(place));
      if (fault) throw fault;
      return 'done';
    },
  });
  const serveStandby = createWorkOff<OnSale>({
    ...common,
    name: 'serve standby from other partitions',
    page: inMemory(() => onSale.filter((drop) => mayShare(drop, pulses))),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    async work(drop) {
      await sharing.serveStandby(drop);
      return 'done';
    },
  });

  return async (stopping) => {
    await readOnSale();
    pulses = new Map();
    await sweepPartitions(stopping);
    await serveStandby(stopping);
  };
}

const nameOf = ({ dropId, partition }: Place) => `${dropId}.${partition}`;

/** Whether somebody stands by in one partition while seats are free in another. */
function mayShare({ id, partitions }: OnSale, pulses: ReadonlyMap<string, Pulse>): boolean {
  if (partitions === 1) return false;
  const known = places(id, partitions).flatMap((place) => pulses.get(nameOf(place)) ?? []);
  const free = known.reduce((sum, pulse) => sum + pulse.free, 0);
  return known.some((pulse) => pulse.standby > 0 && free > pulse.free);
}

/** Does `work` for each, one after the other, also for those after one that failed; resolves to the faults. */
async function attemptEach<T>(list: readonly T[], work: (each: T) => Promise<void>): Promise<Error[]> {
  const faults: Error[] = [];
  for (const each of list) await work(each).catch((error: Error) => faults.push(error));
  return faults;
}
