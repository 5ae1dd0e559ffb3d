import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/** Terms of a drop that cannot change once it has opened. */
export type DropTerms = Pick<Drop, 'id' | 'eventId' | 'price' | 'sections' | 'capacity'>;

export type FindTerms = (dropId: number) => Promise<DropTerms | undefined>;

/** Drops kept in the cache: far more than are on sale at one time. */
const maxDrops = 1_000;

/** Reads the terms of an opened drop once and keeps them, since every order needs them. */
export function createFindTerms(db: Database, now: () => number = Date.now): FindTerms {
  const opened = new Map<number, DropTerms>();
  return async (dropId) => {
    const known = opened.get(dropId);
    if (known) return known;
    const drop = await loadDrop(db, dropId);
    if (!drop || drop.opensAt > now()) return drop;
    if (opened.size >= maxDrops) opened.clear();
    opened.set(dropId, drop);
    return drop;
  };
}
