import { randomUUID } from 'node:crypto';
import type { Cluster } from 'ioredis';
import { createWatchers } from '../shared/drops/watchers.ts';
import type { Keys } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import { nodeOf } from '../shared/redis/node-of.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';

/** Milliseconds between two reports of a drop. */
const reportMs = 2_000;

export type ReportWatchersDeps = {
  redis: Cluster;
  keys: Keys;
  log: Log;
  /** The drops that sockets of this process watch, with how many do. */
  watched: () => (readonly [dropId: number, count: number])[];
};

/** Reports how many sockets of this process watch each drop, for its organizer to see. */
export function startReportingWatchers({ redis, keys, log, watched }: ReportWatchersDeps): Loop {
  const watchers = createWatchers(redis, keys);
  const self = randomUUID();
  let reported: number[] = [];
  // A node that is away holds up the reports of its own drops and no others.
  const reportAll = createWorkOff<readonly [dropId: number, count: number]>({
    name: 'watchers report',
    log,
    page: inMemory(() => {
      const now = watched();
      const left = reported.filter((dropId) => now.every(([id]) => id !== dropId));
      reported = now.map(([dropId]) => dropId);
      return [...now, ...left.map((dropId) => [dropId, 0] as const)];
    }),
    keyOf: ([dropId]) => dropId,
    laneOf: ([dropId]) => nodeOf(redis, keys.watchers(dropId)),
    atOnce: 64,
    patienceMs: reportMs,
    firstPauseMs: 0,
    async work([dropId, count]) {
      await watchers.report(dropId, self, count);
      return 'done';
    },
  });
  return startLoop('watchers report', reportMs, log, reportAll);
}
