import { loadDrop, type Drop } from '../shared/drops/drop.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import type { Database } from '../shared/mysql/connect.ts';

/** What realtime has to know of a drop. Seats and partitions never change; the rest may. */
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

/** Looked-up drops remembered at most, and for how many milliseconds. */
const limit = 10_000;
const hitMs = 60_000;
const missMs = 1_000;

/** A drop that is followed is at hand; others (just made, or long closed) are looked up, once each. */
export function createFindDrop(db: Database, followed: Pick<FollowedDrops, 'get'>): FindDrop {
  const known = new Map<number, { drop: Promise<KnownDrop | undefined>; until: number }>();

  const look = (dropId: number) => {
    const drop = loadDrop(db, dropId);
    const entry = { drop, until: Infinity };
    known.delete(dropId);
    known.set(dropId, entry);
    drop.then(
      (found) => {
        entry.until = performance.now() + (found ? hitMs : missMs);
      },
      () => known.delete(dropId),
    );
    const [oldest] = known.keys();
    if (known.size > limit && oldest !== undefined) known.delete(oldest);
    return drop;
  };

  return (dropId) => {
    const drop = followed.get(dropId);
    if (drop) return Promise.resolve(drop);
    const entry = known.get(dropId);
    return entry && performance.now() < entry.until ? entry.drop : look(dropId);
  };
}
