import { Problem } from '../../shared/problems.ts';
import { partitionOfBuyer } from '../../shared/inventory/layout.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/**
 * Where a buyer's entry in a drop is decided. Buyers ask for their entry again and again while they wait; a drop's
 * partitions never change, so MySQL is asked once per drop.
 */
export function createPlaceOf(db: Database): (dropId: number, buyerId: number) => Promise<Place> {
  const partitionsOf = new Map<number, number>();
  return async (dropId, buyerId) => {
    let partitions = partitionsOf.get(dropId);
    if (partitions === undefined) {
      const row: { partitions: number } | undefined = await db('drops')
        .where({ id: dropId })
        .first('partitions');
      if (!row) throw new Problem('not_found');
      partitions = row.partitions;
      partitionsOf.set(dropId, partitions);
    }
    return { dropId, partition: partitionOfBuyer(buyerId, partitions) };
  };
}
