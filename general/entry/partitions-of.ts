import { Problem } from '../../shared/tier/problems.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/**
 * Returns a drop's id and number of partitions, which decide where a buyer's entry is. Buyers ask for their entry
 * repeatedly while they wait, and the number never changes, so MySQL is read once per drop.
 */
export function createPartitionsOf(
  db: Database,
): (dropId: number) => Promise<{ id: number; partitions: number }> {
  const known = new Map<number, number>();
  return async (id) => {
    let partitions = known.get(id);
    if (partitions === undefined) {
      const row: { partitions: number } | undefined = await db('drops').where({ id }).first('partitions');
      if (!row) throw new Problem('not_found');
      partitions = row.partitions;
      known.set(id, partitions);
    }
    return { id, partitions };
  };
}
