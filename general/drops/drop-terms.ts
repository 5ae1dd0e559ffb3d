import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/** What nobody can change any more once a drop has opened. */
export type DropTerms = Pick<Drop, 'id' | 'eventId' | 'price' | 'sections' | 'capacity'>;

export type FindTerms = (dropId: number) => Promise<DropTerms | undefined>;

/** Drops that are remembered; far more than are ever on sale at one time. */
const most = 1_000;

/** Reads the terms of a drop once it has opened, and then no more: each order needs them. */
export function createFindTerms(db: Database, now: () => number = Date.now): FindTerms {
  const opened = new Map<number, DropTerms>();
  return async (dropId) => {
    const known = opened.get(dropId);
    if (known) return known;
    const drop = await loadDrop(db, dropId);
    if (!drop || drop.opensAt > now()) return drop;
    if (opened.size >= most) opened.clear();
    opened.set(dropId, drop);
    return drop;
  };
}
