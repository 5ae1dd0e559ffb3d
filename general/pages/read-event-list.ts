import type { z } from 'zod';
import { eventSummary } from '../../shared/contract/events.ts';
import type { pageOf } from '../../shared/contract/paging.ts';
import { createCache } from '../../shared/tier/cache.ts';
import type { Deps } from '../deps.ts';
import { createAvailability } from '../drops/availability.ts';
import { summarizeDrops } from '../drops/summarize-drops.ts';
import { toEvent } from '../events/event.ts';
import { findEvents } from '../events/find-events.ts';

export type WhichList = 'upcoming' | 'past';
export type ListedEvents = z.output<ReturnType<typeof pageOf<typeof eventSummary>>>;

/** As many as the pages ask for at first (web/src/api/queries.ts). */
const limit = 24;
const ttlMs = 1_000;

/** Reads the first page of a list as GET /api/events answers it, but without descriptions, which no list shows. */
export function createReadEventList({
  reader,
  inventory,
  eventTimeZone,
}: Pick<Deps, 'reader' | 'inventory' | 'eventTimeZone'>) {
  const availabilityNow = createAvailability(inventory);
  const cached = createCache<WhichList, ListedEvents>({ maxEntries: 2, ttlMs });

  const read = async (which: WhichList): Promise<ListedEvents> => {
    const now = Date.now();
    const { page, next, drops } = await reader.read(undefined, (db) =>
      findEvents(db, { which, filter: {}, limit, now: new Date(now) }),
    );
    const dropsOf = await summarizeDrops(drops, now, availabilityNow);
    const items = page.map((row) =>
      eventSummary.parse({ ...toEvent(row, eventTimeZone), description: '', drops: dropsOf(row.id) }),
    );
    return { items, next };
  };

  return (which: WhichList): Promise<ListedEvents> => cached(which, () => read(which));
}
