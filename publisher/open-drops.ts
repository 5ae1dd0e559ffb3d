/**
 * Keeps the drops that can take entries in memory: their terms from MySQL, and from Redis whether anything is left. No
 * entry waits for either. While MySQL or Redis is away, the last known values stay in force.
 */
import type { Drop } from '../shared/drops/drop.ts';
import { followDrops } from '../shared/drops/follow-drops.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';

export type OpenDrops = {
  get: (dropId: number) => Drop | undefined;
  /** Drops that take entries now, and paused ones that otherwise would. */
  list: () => Drop[];
  /** At the last poll neither a seat nor a standby place was left. */
  isSoldOut: (dropId: number) => boolean;
  /** Redis has lost the drop's seats: an entry accepted now would have to wait until the drop is rebuilt. */
  isLost: (dropId: number) => boolean;
  loaded: () => boolean;
  stop: () => Promise<void>;
};

/** Milliseconds between two polls of the counters. */
const pollMs = 200;

export function watchOpenDrops(db: Database, inventory: Inventory, log: Log): OpenDrops {
  const drops = followDrops(db, log);
  const soldOutDrops = new Set<number>();
  const lostDrops = new Set<number>();
  let counted = false;

  const list = () => {
    const now = Date.now();
    return [...drops.all()].filter(
      ({ stocked, opensAt, closesAt }) => stocked && opensAt <= now && now < closesAt,
    );
  };
  // A drop whose node does not answer keeps its last known state and does not delay the others.
  const pollCounts = createWorkOff<Drop>({
    name: 'sold-out drops',
    log,
    page: inMemory(list),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    atOnce: 64,
    patienceMs: 500,
    firstPauseMs: pollMs,
    longestPauseMs: 1_000,
    async work(drop) {
      const counts = await inventory.counts(drop);
      const isSoldOut = counts?.free === 0 && counts.standby >= counts.standbyLimit;
      setMember(soldOutDrops, drop.id, isSoldOut);
      setMember(lostDrops, drop.id, counts === undefined);
      return 'done';
    },
  });
  const loop = startLoop('sold-out drops', pollMs, log, async (stopping) => {
    await pollCounts(stopping);
    const open = new Set(list().map(({ id }) => id));
    for (const known of [soldOutDrops, lostDrops])
      for (const id of known) if (!open.has(id)) known.delete(id);
    counted = true;
  });

  return {
    get: drops.get,
    list,
    isSoldOut: (dropId) => soldOutDrops.has(dropId),
    isLost: (dropId) => lostDrops.has(dropId),
    loaded: () => drops.loaded() && counted,
    stop: async () => {
      await Promise.all([drops.stop(), loop.stop()]);
    },
  };
}

function setMember(drops: Set<number>, id: number, isMember: boolean): void {
  if (isMember) drops.add(id);
  else drops.delete(id);
}
