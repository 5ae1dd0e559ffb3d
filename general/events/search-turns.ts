/**
 * Lets one search run at a time in this process, and a few wait. A search for a word that does not occur reads every event
 * to come: 100 ms for 20,000 events with descriptions of 300 bytes, 1.2 s if all are as long as allowed. Several at a time
 * would take the database from sales.
 */
import { Problem } from '../../shared/tier/problems.ts';

/** The last one waits for less than two seconds where a search takes 100 ms. */
const maxWaiting = 16;

export function createSearchTurns() {
  let isRunning = false;
  const waiting: (() => void)[] = [];

  /** @throws {Problem} unavailable if too many wait */
  return async <T>(search: () => Promise<T>): Promise<T> => {
    if (!isRunning) isRunning = true;
    else if (waiting.length < maxWaiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new Problem('unavailable', { retryAfter: 1 });
    try {
      return await search();
    } finally {
      // A turn passes on to the next one without a gap, so that no later search comes in between.
      const next = waiting.shift();
      if (next) next();
      else isRunning = false;
    }
  };
}
