import type { Database } from '../../shared/mysql/connect.ts';

export type UnendedDrop = { id: number; partitions: number; capacity: number };

/** Drops that are on sale or have work left afterwards, by id. */
export async function unendedDrops(
  db: Database,
  after: { id: number } | undefined,
  limit: number,
): Promise<UnendedDrop[]> {
  return db('drops')
    .whereNull('sale_ended_at')
    .whereNotNull('stocked_at')
    .where('id', '>', after?.id ?? 0)
    .orderBy('id')
    .limit(limit)
    .select('id', 'partitions', 'capacity');
}
