/**
 * Keeps in memory the buyers whose entries are refused for a while because holds of theirs have lapsed, so that no
 * entry waits for Redis. Redis refuses those entries as well (claim.lua); refused here, they do not fill the queue, and
 * their buyers do not wait for an outcome.
 */
import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { placeName, places, type Place } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';
import type { OpenDrops } from './open-drops.ts';

export type LapsedBuyers = {
  /** Milliseconds until this buyer may enter this drop again; 0 if no lapse is known. */
  msLeft: (dropId: number, buyerId: number) => number;
  stop: () => Promise<void>;
};

/** Milliseconds between two polls. Like a ban, a lapse is known to every publisher within a second. */
const pollMs = 400;
/** Buyers read by one command, so that it does not block its node for long. */
const pageSize = 1_000;
/** Buyers remembered per drop. Entries of further ones are refused by Redis alone. */
const maxBuyersPerDrop = 200_000;

type LapsedInDrop = {
  /** For each partition, the version up to which lapses are known. */
  versions: number[];
  /** Buyer id -> end of the pause, by the monotonic clock of this process. */
  until: Map<number, number>;
};

export function watchLapsedBuyers(
  openDrops: Pick<OpenDrops, 'list'>,
  inventory: Pick<Inventory, 'lapses' | 'nodesOf'>,
  log: Log,
): LapsedBuyers {
  let known = new Map<number, LapsedInDrop>();

  let drops: Drop[] = [];
  // A node that does not answer does not delay reading the others.
  const readAll = createWorkOff<Place>({
    name: 'lapsed buyers',
    log,
    page: inMemory(() => drops.flatMap(({ id, partitions }) => places(id, partitions))),
    keyOf: placeName,
    laneOf: (place) => inventory.nodesOf([place]),
    atOnce: 64,
    patienceMs: pollMs,
    firstPauseMs: pollMs,
    longestPauseMs: 1_000,
    async work(place) {
      const lapsed = known.get(place.dropId);
      if (lapsed) await readNewLapses(inventory, place, lapsed);
      return 'done';
    },
  });
  const loop = startLoop('lapsed buyers', pollMs, log, async (stopping) => {
    drops = openDrops.list().filter(({ lapsePauseSeconds }) => lapsePauseSeconds > 0);
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

async function readNewLapses(
  inventory: Pick<Inventory, 'lapses'>,
  place: Place,
  { versions, until }: LapsedInDrop,
): Promise<void> {
  for (;;) {
    const version = versions[place.partition] ?? 0;
    const lapses = await inventory.lapses(place, version, pageSize);
    if (!lapses) return;
    // Redis read its clock (`now`) before this moment, so a pause never ends here before it ends in Redis.
    const clockOffsetMs = performance.now() - lapses.now;
    for (const refused of lapses.refused)
      if (until.size < maxBuyersPerDrop || until.has(refused.buyerId))
        until.set(refused.buyerId, refused.until + clockOffsetMs);
    versions[place.partition] = lapses.version;
    if (lapses.version === version) return;
  }
}
