import type { Place } from '../../shared/inventory/keys.ts';
import { partitionOfBuyer } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { createCache } from '../../shared/tier/cache.ts';
import { ago } from '../duties/glance.ts';

/** For how long after its end a drop counts as recent. */
const recentMs = 7 * 86_400_000;
/** Drops in Redis, the last to open first. */
const maxInRedis = 1_000;
/**
 * Retired drops, the last to end first. MariaDB reads a list of 1,000 values or more as a table, and then may read the whole
 * index of the other table.
 */
const maxRetired = 500;
/** How long the list is reused: it is the same for everybody. */
const ttlMs = 1_000;

export type RecentDrop = { id: number; partitions: number; opens_at: Date };

/** The drops that have opened and have not been over for longer than a week. */
export type RecentDrops = {
  /** Their entries are in Redis. */
  inRedis: RecentDrop[];
  /** Redis has forgotten their entries; the archived ledger has them. */
  retired: RecentDrop[];
  /** There are more drops in Redis than these. */
  isCut: boolean;
};

/** Drops that ended earlier are not read: an index finds the others. */
export function createRecentDrops(db: Database): () => Promise<RecentDrops> {
  const cached = createCache<'all', RecentDrops>({ maxEntries: 1, ttlMs });
  const read = async (): Promise<RecentDrops> => {
    const some = () => db('drops').select('id', 'partitions', 'opens_at');
    const [inRedis = [], retired = []]: RecentDrop[][] = await Promise.all([
      some()
        .whereNull('retired_at')
        .where((unended) => {
          void unended.whereNull('sale_ended_at').orWhere('sale_ended_at', '>', ago(db, recentMs));
        })
        .whereNotNull('stocked_at')
        .where('opens_at', '<=', db.fn.now(3))
        .orderBy('opens_at', 'desc')
        .limit(maxInRedis + 1),
      some()
        .whereNotNull('retired_at')
        .where('sale_ended_at', '>', ago(db, recentMs))
        .orderBy('sale_ended_at', 'desc')
        .limit(maxRetired),
    ]);
    return { inRedis: inRedis.slice(0, maxInRedis), retired, isCut: inRedis.length > maxInRedis };
  };
  return () => cached('all', read);
}

export function placeOf({ id, partitions }: Pick<RecentDrop, 'id' | 'partitions'>, buyerId: number): Place {
  return { dropId: id, partition: partitionOfBuyer(buyerId, partitions) };
}
