import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/log.ts';
import { startLoop } from '../shared/loop.ts';

/** Milliseconds between two notes. */
const intervalMs = 500;

export type AcceptedEntries = {
  count: (dropId: number) => void;
  stop: () => Promise<void>;
};

/**
 * Tells Redis from time to time how many entries of each drop this process has accepted, for whoever watches a sale.
 * No entry waits for it; what a crash leaves uncounted is missing in a chart and nowhere else.
 */
export function countAcceptedEntries(inventory: Pick<Inventory, 'noteAccepted'>, log: Log): AcceptedEntries {
  let counts = new Map<number, number>();
  const note = async () => {
    const noted = counts;
    counts = new Map();
    await Promise.all([...noted].map(([dropId, entries]) => inventory.noteAccepted(dropId, entries)));
  };
  const loop = startLoop('accepted entries', intervalMs, log, note);
  return {
    count: (dropId) => void counts.set(dropId, (counts.get(dropId) ?? 0) + 1),
    stop: async () => {
      await loop.stop();
      await note();
    },
  };
}
