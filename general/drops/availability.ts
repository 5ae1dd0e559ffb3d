/**
 * Availability of open drops, as one word each, for lists and pages that everybody reads. Redis is asked about a drop
 * at most once a second, however many requests come, and no request waits long for it: while Redis does not answer,
 * the last known value is returned, or none.
 */
import { availabilityOf, type Availability } from '../../shared/drops/availability.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { inTime } from '../../shared/tier/in-time.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Counts } from '../../shared/inventory/reads.ts';

/** How long an answer is reused, and how long a request waits for one. */
const freshMs = 1_000;
const timeoutMs = 300;
/** Drops kept in the cache; beyond it the one read first is evicted. */
const maxDrops = 5_000;

type Terms = Parameters<typeof phaseOf>[0] & { id: number; partitions: number; capacity: number };
type Known = { asked: Promise<void>; until: number; availability: Availability | undefined };

/** Undefined for a drop that is not open, and while Redis has not answered. */
export type AvailabilityNow = (drop: Terms, now: number) => Promise<Availability | undefined>;

export function createAvailability(inventory: Pick<Inventory, 'counts'>): AvailabilityNow {
  const known = new Map<number, Known>();

  function ask(drop: Terms): Known {
    const last = known.get(drop.id);
    if (last && performance.now() < last.until) return last;
    const entry: Known = { asked: Promise.resolve(), until: Infinity, availability: last?.availability };
    entry.asked = inTime(inventory.counts(drop), timeoutMs)
      .then(
        (counts) => {
          entry.availability = availabilityOfCounts(drop.capacity, counts);
        },
        () => undefined,
      )
      .finally(() => {
        entry.until = performance.now() + freshMs;
      });
    known.delete(drop.id);
    known.set(drop.id, entry);
    const [oldest] = known.keys();
    if (known.size > maxDrops && oldest !== undefined) known.delete(oldest);
    return entry;
  }

  return async (drop, now) => {
    if (phaseOf(drop, now) !== 'open') return undefined;
    const entry = ask(drop);
    await entry.asked;
    return entry.availability;
  };
}

/** Before the drop is stocked, all its seats are free. */
function availabilityOfCounts(capacity: number, counts: Counts | undefined): Availability {
  if (!counts) return 'seats';
  const { free, standby, standbyLimit } = counts;
  return availabilityOf({ free, capacity, soldOut: free === 0 && standby >= standbyLimit });
}
