/**
 * The buyers whose entries are refused for a while, since holds of theirs have lapsed, in memory: no entry waits for
 * Redis. Redis refuses them as well (claim.lua); told here, they neither fill the queue nor have to wait for an outcome.
 */
import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';
import type { OpenDrops } from './open-drops.ts';

export type LapsedBuyers = {
  /** Milliseconds until this buyer may enter this drop again; 0 if nothing is known against it. */
  msLeft: (dropId: number, buyerId: number) => number;
  stop: () => Promise<void>;
};

/** Milliseconds between two looks: as bans, a lapse is known to every publisher within a second. */
const pollMs = 400;
/** Buyers that one look asks for at once, so that it keeps no node for long. */
const portion = 1_000;
/** Buyers remembered in a drop. Those beyond are left to Redis. */
const mostBuyers = 200_000;

type LapsedInDrop = {
  /** By partition: lapses up to this version are known. */
  versions: number[];
  /** Buyer -> when the pause is over, by the monotonic clock of this process. */
  until: Map<number, number>;
};

export function watchLapsedBuyers(
  openDrops: Pick<OpenDrops, 'onSale'>,
  inventory: Pick<Inventory, 'lapses' | 'nodesOf'>,
  log: Log,
): LapsedBuyers {
  let known = new Map<number, LapsedInDrop>();

  let drops: Drop[] = [];
  // What one node does not say keeps nobody from hearing the others.
  const readAll = createWorkOff<Place>({
    name: 'lapsed buyers',
    log,
    page: inMemory(() => drops.flatMap(({ id, partitions }) => places(id, partitions))),
    keyOf: ({ dropId, partition }) => `${dropId}.${partition}`,
    laneOf: (place) => inventory.nodesOf([place]),
    atOnce: 64,
    patienceMs: pollMs,
    firstPauseMs: pollMs,
    longestPauseMs: 1_000,
    async work(place) {
      const of = known.get(place.dropId);
      if (of) await readOn(inventory, place, of);
      return 'done';
    },
  });
  const loop = startLoop('lapsed buyers', pollMs, log, async (stopping) => {
    drops = openDrops.onSale().filter(({ lapsePauseSeconds }) => lapsePauseSeconds > 0);
    known = new Map(drops.map(({ id }) => [id, known.get(id) ?? { versions: [], until: new Map() }]));
    await readAll(stopping);
    const now = performance.now();
    for (const { until } of known.values())
      for (const [buyerId, end] of until) if (end <= now) until.delete(buyerId);
  });

  return {
    msLeft: (dropId, buyerId) => {
      const end = known.get(dropId)?.until.get(buyerId);
      return end === undefined ? 0 : Math.max(0, end - performance.now());
    },
    stop: loop.stop,
  };
}

async function readOn(
  inventory: Pick<Inventory, 'lapses'>,
  place: Place,
  { versions, until }: LapsedInDrop,
): Promise<void> {
  for (;;) {
    const version = versions[place.partition] ?? 0;
    const lapses = await inventory.lapses(place, version, portion);
    if (!lapses) return;
    // Redis's clock said `now` before this moment, so a pause never ends here before it ends there.
    const ahead = performance.now() - lapses.now;
    for (const refused of lapses.refused)
      if (until.size < mostBuyers || until.has(refused.buyerId))
        until.set(refused.buyerId, refused.until + ahead);
    versions[place.partition] = lapses.version;
    if (lapses.version === version) return;
  }
}
