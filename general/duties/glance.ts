/** Redis and MySQL at a glance: whether they come to the same number of sold seats. No seat is walked in Redis. */
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Look } from '../../shared/inventory/reads.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { createWorkOff } from '../../shared/tier/work-off.ts';
import { unendedDrops, type UnendedDrop } from '../drops/unended-drops.ts';

export type GlancedDrop = UnendedDrop;

export type Glance = {
  drop: GlancedDrop;
  /** Per partition; undefined if it is not in Redis. */
  looks: (Look | undefined)[];
  /** Seats sold in MySQL, and those of them that Redis should know by now. */
  soldInMysql: number;
  settledInMysql: number;
};

type Sold = { drop_id: number; seats: number | string };

/**
 * Reads the totals of every drop that has not ended, except drops whose Redis node does not answer. Costs two small
 * queries for all drops and one small script per partition.
 */
export function createGlance(
  { db, inventory, log }: { db: Database; inventory: Pick<Inventory, 'look' | 'nodesOf'>; log: Log },
  settledAfterMs: number,
): (stopping?: AbortSignal) => Promise<Glance[]> {
  let looked: Pick<Glance, 'drop' | 'looks'>[] = [];
  const lookAll = createWorkOff<GlancedDrop>({
    name: 'compare with MySQL at a glance',
    log,
    page: (after, limit) => unendedDrops(db, after, limit),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    atOnce: 64,
    patienceMs: 1_000,
    longestPauseMs: 5_000,
    async work(drop) {
      const looks = await Promise.all(places(drop.id, drop.partitions).map((place) => inventory.look(place)));
      // The drop was cancelled after it had ended: Redis has nothing left to correct.
      if (!looks.some((seen) => seen?.status === 'retired')) looked.push({ drop, looks });
      return 'done';
    },
  });
  return async (stopping) => {
    // Redis is read first: whatever Redis had sold by then is in MySQL.
    looked = [];
    await lookAll(stopping);
    // An answer that comes late is ignored.
    const seen = looked;
    looked = [];
    return addMysql(db, seen, settledAfterMs);
  };
}

async function addMysql(
  db: Database,
  seen: readonly Pick<Glance, 'drop' | 'looks'>[],
  settledAfterMs: number,
): Promise<Glance[]> {
  const ids = seen.map(({ drop }) => drop.id);
  if (ids.length === 0) return [];
  const sold: Sold[] = await db('sold_seats')
    .whereIn('drop_id', ids)
    .groupBy('drop_id')
    .select('drop_id')
    .count({ seats: '*' });
  const recent: Sold[] = await db('orders as o')
    .join('sold_seats as s', 's.order_id', 'o.id')
    .whereIn('o.drop_id', ids)
    .where('o.created_at', '>', ago(db, settledAfterMs))
    .groupBy('o.drop_id')
    .select('o.drop_id')
    .count({ seats: '*' });
  const seatsIn = (list: Sold[], dropId: number) =>
    Number(list.find(({ drop_id }) => drop_id === dropId)?.seats ?? 0);
  return seen.map(({ drop, looks }) => {
    const soldInMysql = seatsIn(sold, drop.id);
    const settledInMysql = Math.max(0, soldInMysql - seatsIn(recent, drop.id));
    return { drop, looks, soldInMysql, settledInMysql };
  });
}

/** The time `ms` ago by the clock of MySQL, which wrote the compared times. */
export function ago(db: Database, ms: number) {
  return db.raw('now(3) - interval ? microsecond', [ms * 1_000]);
}
