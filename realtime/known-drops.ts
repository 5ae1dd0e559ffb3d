import type { Database } from '../shared/mysql/connect.ts';

/** What realtime has to know of a drop. None of it ever changes. */
export type KnownDrop = { id: number; partitions: number; capacity: number };

export type FindDrop = (dropId: number) => Promise<KnownDrop | undefined>;

/** Drops remembered at most, and for how many milliseconds it is remembered that there is no such drop. */
const limit = 10_000;
const missMs = 1_000;

/** Looks drops up in MySQL, once each, however many ask at the same time. */
export function createFindDrop(db: Database): FindDrop {
  const known = new Map<number, { drop: Promise<KnownDrop | undefined>; until: number }>();

  const look = (dropId: number) => {
    const drop = readDrop(db, dropId);
    const entry = { drop, until: Infinity };
    known.set(dropId, entry);
    drop.then(
      (found) => {
        if (!found) entry.until = Date.now() + missMs;
      },
      () => known.delete(dropId),
    );
    const [oldest] = known.keys();
    if (known.size > limit && oldest !== undefined) known.delete(oldest);
    return drop;
  };

  return (dropId) => {
    const entry = known.get(dropId);
    return entry && Date.now() < entry.until ? entry.drop : look(dropId);
  };
}

async function readDrop(db: Database, dropId: number): Promise<KnownDrop | undefined> {
  const row = await db<KnownDrop>('drops').where({ id: dropId }).first('id', 'partitions', 'capacity');
  return row && { id: row.id, partitions: row.partitions, capacity: row.capacity };
}
