import { loadDrop, type Drop } from '../shared/drops/drop.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import type { Database } from '../shared/mysql/connect.ts';

/** What realtime needs to know of a drop. Seats and partitions never change; the rest may. */
export type KnownDrop = Pick<
  Drop,
  | 'id'
  | 'partitions'
  | 'sections'
  | 'capacity'
  | 'opensAt'
  | 'closesAt'
  | 'paused'
  | 'cancelled'
  | 'announcements'
>;

export type FindDrop = (dropId: number) => Promise<KnownDrop | undefined>;

/** Looked-up drops that are remembered, at most. */
const maxDrops = 10_000;
/** Milliseconds for which a drop that was found is remembered. */
const keepFoundMs = 60_000;
/** Milliseconds for which it is remembered that there is no such drop. */
const keepMissingMs = 1_000;

/**
 * Finds a drop in memory if it is followed. Others (just created, or closed long ago) are read from MySQL; concurrent
 * requests for the same drop share one query.
 */
export function createFindDrop(db: Database, followed: Pick<FollowedDrops, 'get'>): FindDrop {
  const known = new Map<number, { drop: Promise<KnownDrop | undefined>; until: number }>();

  const lookUp = (dropId: number) => {
    const drop = loadDrop(db, dropId);
    const entry = { drop, until: Infinity };
    known.delete(dropId);
    known.set(dropId, entry);
    drop.then(
      (found) => {
        entry.until = performance.now() + (found ? keepFoundMs : keepMissingMs);
      },
      () => known.delete(dropId),
    );
    const [firstId] = known.keys();
    if (known.size > maxDrops && firstId !== undefined) known.delete(firstId);
    return drop;
  };

  return (dropId) => {
    const drop = followed.get(dropId);
    if (drop) return Promise.resolve(drop);
    const entry = known.get(dropId);
    return entry && performance.now() < entry.until ? entry.drop : lookUp(dropId);
  };
}
