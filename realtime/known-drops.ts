import { loadDrop, type Drop } from '../shared/drops/drop.ts';
import type { DropToLookAt } from '../shared/drops/drop-look.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { createCache } from '../shared/tier/cache.ts';

/** What realtime needs to know of a drop. Seats and partitions never change; the rest may. */
export type KnownDrop = DropToLookAt & Pick<Drop, 'sections'>;

export type FindDrop = (dropId: number) => Promise<KnownDrop | undefined>;

/** Milliseconds for which a drop that was found is remembered. */
const foundTtlMs = 60_000;
/** Milliseconds for which it is remembered that there is no such drop. */
const missingTtlMs = 1_000;

/**
 * Finds a drop in memory if it is followed. Others (just created, or closed long ago) are read from MySQL; concurrent
 * requests for the same drop share one query.
 */
export function createFindDrop(db: Database, followed: Pick<FollowedDrops, 'get'>): FindDrop {
  const cached = createCache<number, KnownDrop | undefined>({
    maxEntries: 10_000,
    ttlMs: (drop) => (drop ? foundTtlMs : missingTtlMs),
  });
  return async (dropId) => followed.get(dropId) ?? cached(dropId, () => loadDrop(db, dropId));
}
