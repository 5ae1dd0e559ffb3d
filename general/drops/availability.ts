/**
 * Availability of open drops, as one word each, for lists and pages that everybody reads. Redis is asked about a drop
 * at most once a second, however many requests come, and no request waits long for it: while Redis does not answer,
 * the last known value is returned, or none.
 */
import { availabilityOf, type Availability } from '../../shared/drops/availability.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { createCache } from '../../shared/tier/cache.ts';
import { inTime } from '../../shared/tier/in-time.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Counts } from '../../shared/inventory/reads.ts';

/** How long an answer is reused, and how long a request waits for one. */
const ttlMs = 1_000;
const timeoutMs = 300;
const maxEntries = 5_000;

type Terms = Parameters<typeof phaseOf>[0] & { id: number; partitions: number; capacity: number };

/** Undefined for a drop that is not open, and while Redis has not answered. */
export type AvailabilityNow = (drop: Terms, now: number) => Promise<Availability | undefined>;

export function createAvailability(inventory: Pick<Inventory, 'counts'>): AvailabilityNow {
  const cached = createCache<number, Availability | undefined>({ maxEntries, ttlMs });
  return async (drop, now) => {
    if (phaseOf(drop, now) !== 'open') return undefined;
    return cached(drop.id, (last) =>
      inTime(inventory.counts(drop), timeoutMs).then(
        (counts) => availabilityOfCounts(drop.capacity, counts),
        () => last,
      ),
    );
  };
}

/** Before the drop is stocked, all its seats are free. */
function availabilityOfCounts(capacity: number, counts: Counts | undefined): Availability {
  if (!counts) return 'seats';
  const { free, standby, standbyLimit } = counts;
  return availabilityOf({ free, capacity, soldOut: free === 0 && standby >= standbyLimit });
}
