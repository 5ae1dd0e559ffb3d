import { LRUCache } from 'lru-cache';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/** Terms of a drop that cannot change once it has opened. */
export type DropTerms = Pick<
  Drop,
  | 'id'
  | 'eventId'
  | 'price'
  | 'paySeconds'
  | 'fees'
  | 'platformFees'
  | 'taxPercent'
  | 'payoutAccount'
  | 'sections'
  | 'capacity'
>;

export type FindTerms = (dropId: number) => Promise<DropTerms | undefined>;

/** Milliseconds after the opening within which a change that began before it may still become visible. */
const settlingMs = 2_000;

/** Caches the terms of an opened drop for a minute, since every order needs them. */
export function createFindTerms(db: Database, now: () => number = Date.now): FindTerms {
  const opened = new LRUCache<number, DropTerms>({ max: 1_000, ttl: 60_000 });
  return async (dropId) => {
    const known = opened.get(dropId);
    if (known) return known;
    const drop = await loadDrop(db, dropId);
    if (!drop || drop.opensAt + settlingMs > now()) return drop;
    opened.set(dropId, drop);
    return drop;
  };
}
