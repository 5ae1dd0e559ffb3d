/**
 * The drops that entries may be for, in memory: what MySQL agreed on and whether Redis has anything left. No entry
 * waits for either. While one of them is away, what was known stays in force.
 */
import { loadDrops, type Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/log.ts';
import { startLoop } from '../shared/loop.ts';
import type { Database } from '../shared/mysql/connect.ts';

export type OpenDrops = {
  get: (dropId: number) => Drop | undefined;
  /** Neither seats nor standby places were left a moment ago. */
  isSoldOut: (dropId: number) => boolean;
  loaded: () => boolean;
  stop: () => Promise<void>;
};

const drops = {
  pollMs: 400,
  /** Closed drops are remembered for a while, to say "closed" rather than "unknown". */ keepMs: 86_400_000,
};
const soldOut = { pollMs: 200 };

export function watchOpenDrops(db: Database, inventory: Inventory, log: Log): OpenDrops {
  let known = new Map<number, { version: string; drop: Drop }>();
  let soldOutDrops = new Set<number>();
  let loaded = { drops: false, counts: false };

  // Only drops whose row changed are read whole; `updated_at` is set by MySQL itself at every change.
  const readDrops = async () => {
    const rows: { id: number; version: string }[] = await db('drops')
      .where('closes_at', '>', new Date(Date.now() - drops.keepMs))
      .select('id', db.raw('cast(updated_at as char) as version'));
    const changed = rows.filter(({ id, version }) => known.get(id)?.version !== version);
    const fresh = new Map(
      changed.length === 0
        ? []
        : (await loadDrops(db, { ids: changed.map(({ id }) => id) })).map((drop) => [drop.id, drop]),
    );
    const next: typeof known = new Map();
    for (const { id, version } of rows) {
      const drop = fresh.get(id) ?? known.get(id)?.drop;
      if (drop) next.set(id, { version, drop });
    }
    known = next;
    loaded.drops = true;
  };

  const readCounts = async () => {
    const now = Date.now();
    const open = [...known.values()].filter(
      ({ drop }) => drop.stocked && drop.opensAt <= now && now < drop.closesAt,
    );
    const all = await Promise.all(
      open.map(async ({ drop }) => [drop.id, await inventory.counts(drop)] as const),
    );
    soldOutDrops = new Set(
      all
        .filter(([, counts]) => counts?.free === 0 && counts.standby >= counts.standbyLimit)
        .map(([id]) => id),
    );
    loaded.counts = true;
  };

  const loops = [
    startLoop('open drops', drops.pollMs, log, readDrops),
    startLoop('sold-out drops', soldOut.pollMs, log, readCounts),
  ];
  return {
    get: (dropId) => known.get(dropId)?.drop,
    isSoldOut: (dropId) => soldOutDrops.has(dropId),
    loaded: () => loaded.drops && loaded.counts,
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
