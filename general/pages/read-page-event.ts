import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { createCache } from '../../shared/tier/cache.ts';
import { findUser } from '../accounts/user.ts';
import { findSummaryRows, summarizeDrops } from '../drops/summarize-drops.ts';
import { findEvent } from '../events/event.ts';
import type { PageEvent } from './event-meta.ts';

type Deps = { db: Database; inventory: Pick<Inventory, 'counts'>; eventTimeZone: string };

/** How long an event is reused: a shared link is opened by thousands at once. */
const ttlMs = 1_000;
const maxEntries = 1_000;

export function createReadPageEvent({ db, inventory, eventTimeZone }: Deps) {
  const cached = createCache<number, PageEvent | undefined>({ maxEntries, ttlMs });

  const read = async (id: number): Promise<PageEvent | undefined> => {
    const event = await findEvent(db, id);
    if (!event) return undefined;
    const [organizer, rows] = await Promise.all([
      findUser(db, { id: event.organizer_id }),
      findSummaryRows(db, [id]),
    ]);
    // Search engines do not need the state of this second; without Redis no drop counts as sold out.
    const dropsOf = await summarizeDrops(rows, Date.now(), async () => undefined, {
      counts: (drop) => inventory.counts(drop).catch(() => undefined),
    });
    return {
      title: event.title,
      description: event.description,
      venue: event.venue,
      startsAt: event.starts_at.toISOString(),
      timeZone: event.time_zone ?? eventTimeZone,
      organizer: organizer?.name ?? '',
      drops: dropsOf(id).map((drop) => ({ ...drop, soldOut: drop.free === 0 })),
    };
  };

  return (id: number): Promise<PageEvent | undefined> => cached(id, () => read(id));
}
