/**
 * The drops that entries may be for, in memory: what MySQL agreed on and whether Redis has anything left. No entry
 * waits for either. While one of them is away, what was known stays in force.
 */
import type { Drop } from '../shared/drops/drop.ts';
import { followDrops } from '../shared/drops/follow-drops.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/log.ts';
import { startLoop } from '../shared/loop.ts';
import type { Database } from '../shared/mysql/connect.ts';

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
  let soldOutDrops = new Set<number>();
  let lostDrops = new Set<number>();
  let counted = false;

  const onSale = () => {
    const now = Date.now();
    return [...drops.all()].filter(
      ({ stocked, opensAt, closesAt }) => stocked && opensAt <= now && now < closesAt,
    );
  };

  const counting = startLoop('sold-out drops', pollMs, log, async () => {
    const all = await Promise.all(
      onSale().map(async (drop) => [drop.id, await inventory.counts(drop)] as const),
    );
    soldOutDrops = new Set(
      all
        .filter(([, counts]) => counts?.free === 0 && counts.standby >= counts.standbyLimit)
        .map(([id]) => id),
    );
    lostDrops = new Set(all.filter(([, counts]) => counts === undefined).map(([id]) => id));
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
