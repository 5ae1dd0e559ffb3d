import { phaseOf } from '../../shared/drops/phase.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { createCache } from '../../shared/tier/cache.ts';
import type { AvailabilityNow } from '../drops/availability.ts';
import { summaryColumns, timesOf, type SummaryRow } from '../drops/summarize-drops.ts';

/** The drops that can be bought from, and their events. */
export type AvailableDrops = { drops: ReadonlySet<number>; events: readonly number[] };

/** However many search, Redis is asked about all open drops at most this often. */
const ttlMs = 2_000;

export function createAvailableDrops(availabilityNow: AvailabilityNow) {
  const cached = createCache<'all', AvailableDrops>({ maxEntries: 1, ttlMs });
  return (db: Database, now: number): Promise<AvailableDrops> =>
    cached('all', async () => {
      const at = new Date(now);
      const open: SummaryRow[] = await db('drops')
        .where('closes_at', '>', at)
        .where('opens_at', '<=', at)
        .whereNull('cancelled_at')
        .whereNull('paused_at')
        .select(summaryColumns);
      const rows = await Promise.all(
        open.map(async (row) => {
          const drop = { ...row, ...timesOf(row) };
          if (phaseOf(drop, now) !== 'open') return [];
          // While Redis does not answer, a drop counts as one with seats, rather than that nothing is found.
          const availability = (await availabilityNow(drop, now)) ?? 'seats';
          return availability === 'seats' || availability === 'few' ? [row] : [];
        }),
      );
      const found = rows.flat();
      return {
        drops: new Set(found.map(({ id }) => id)),
        events: [...new Set(found.map(({ event_id }) => event_id))],
      };
    });
}
