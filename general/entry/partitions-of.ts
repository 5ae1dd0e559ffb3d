import type { Database } from '../../shared/mysql/connect.ts';
import { createCache } from '../../shared/tier/cache.ts';
import { Problem } from '../../shared/tier/problems.ts';

/**
 * Returns a drop's id and number of partitions, which decide where a buyer's entry is. Buyers ask for their entry
 * repeatedly while they wait, and the number never changes, so MySQL is read once a minute per drop.
 */
export function createPartitionsOf(
  db: Database,
): (dropId: number) => Promise<{ id: number; partitions: number }> {
  const cached = createCache<number, number>({ maxEntries: 10_000, ttlMs: 60_000 });
  return async (id) => {
    const partitions = await cached(id, async () => {
      const row: { partitions: number } | undefined = await db('drops').where({ id }).first('partitions');
      if (!row) throw new Problem('not_found');
      return row.partitions;
    });
    return { id, partitions };
  };
}
