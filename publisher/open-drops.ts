/**
 * The drops that entries may be for, in memory: what MySQL agreed on and whether Redis has anything left. No entry
 * waits for either. While one of them is away, what was known stays in force.
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
  /** Those that take entries at this time, or would if they were not paused. */
  onSale: () => Drop[];
  /** Neither seats nor standby places were left a moment ago. */
  isSoldOut: (dropId: number) => boolean;
  /** Its seats were in Redis, and are not any more: what is accepted now would have to wait for a rebuild. */
  isLost: (dropId: number) => boolean;
  loaded: () => boolean;
  stop: () => Promise<void>;
};

/** Milliseconds between two looks at what is left. */
const pollMs = 200;

export function watchOpenDrops(db: Database, inventory: Inventory, log: Log): OpenDrops {
  const drops = followDrops(db, log);
  const soldOutDrops = new Set<number>();
  const lostDrops = new Set<number>();
  let counted = false;

  const onSale = () => {
    const now = Date.now();
    return [...drops.all()].filter(
      ({ stocked, opensAt, closesAt }) => stocked && opensAt <= now && now < closesAt,
    );
  };
  // A drop whose node does not answer stays as it was known, and holds up no other.
  const count = createWorkOff<Drop>({
    name: 'sold-out drops',
    log,
    page: inMemory(onSale),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    atOnce: 64,
    patienceMs: 500,
    firstPauseMs: pollMs,
    longestPauseMs: 1_000,
    async work(drop) {
      const counts = await inventory.counts(drop);
      const isSoldOut = counts?.free === 0 && counts.standby >= counts.standbyLimit;
      note(soldOutDrops, drop.id, isSoldOut);
      note(lostDrops, drop.id, counts === undefined);
      return 'done';
    },
  });
  const counting = startLoop('sold-out drops', pollMs, log, async (stopping) => {
    await count(stopping);
    const open = new Set(onSale().map(({ id }) => id));
    for (const known of [soldOutDrops, lostDrops])
      for (const id of known) if (!open.has(id)) known.delete(id);
    counted = true;
  });

  return {
    get: drops.get,
    onSale,
    isSoldOut: (dropId) => soldOutDrops.has(dropId),
    isLost: (dropId) => lostDrops.has(dropId),
    loaded: () => drops.loaded() && counted,
    stop: async () => {
      await Promise.all([drops.stop(), counting.stop()]);
    },
  };
}

function note(drops: Set<number>, id: number, is: boolean): void {
  if (is) drops.add(id);
  else drops.delete(id);
}
