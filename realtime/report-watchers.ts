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
  /** The drops that sockets of this process watch, each with the number of these sockets. */
  watched: () => (readonly [dropId: number, count: number])[];
};

/** Reports how many sockets of this process watch each drop, for its organizer to see. */
export function startReportingWatchers({ redis, keys, log, watched }: ReportWatchersDeps): Loop {
  const watchers = createWatchers(redis, keys);
  const self = randomUUID();
  let reported: number[] = [];
  // A node that is away delays only the reports of its own drops.
  const reportAll = createWorkOff<readonly [dropId: number, count: number]>({
    name: 'watchers report',
    log,
    page: inMemory(() => {
      const current = watched();
      const unwatched = reported.filter((dropId) => current.every(([id]) => id !== dropId));
      reported = current.map(([dropId]) => dropId);
      return [...current, ...unwatched.map((dropId) => [dropId, 0] as const)];
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
