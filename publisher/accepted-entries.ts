import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';

/** Milliseconds between two reports to Redis. */
const intervalMs = 500;

export type AcceptedEntries = {
  count: (dropId: number) => void;
  stop: () => Promise<void>;
};

/**
 * Reports to Redis how many entries of each drop this process has accepted, for the organizer's live figures. No entry
 * waits for it. Entries that a crash leaves uncounted are missing in a chart and nowhere else.
 */
export function countAcceptedEntries(
  inventory: Pick<Inventory, 'noteAccepted' | 'nodesOf'>,
  log: Log,
): AcceptedEntries {
  const counts = new Map<number, number>();
  const reportCounts = createWorkOff<number>({
    name: 'accepted entries',
    log,
    page: inMemory(() => [...counts.keys()]),
    keyOf: (dropId) => dropId,
    laneOf: (dropId) => inventory.nodesOf([{ dropId, partition: 0 }]),
    patienceMs: intervalMs,
    longestPauseMs: 5_000,
    async work(dropId) {
      const entries = counts.get(dropId) ?? 0;
      counts.delete(dropId);
      await inventory.noteAccepted(dropId, entries);
      return 'done';
    },
  });
  const loop = startLoop('accepted entries', intervalMs, log, reportCounts);
  return {
    count: (dropId) => void counts.set(dropId, (counts.get(dropId) ?? 0) + 1),
    stop: async () => {
      await loop.stop();
      await reportCounts();
    },
  };
}
