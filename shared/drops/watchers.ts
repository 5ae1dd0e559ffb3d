/**
 * Counts the sockets that watch a drop, over all processes of realtime. Each process reports the number of its own
 * sockets in a key that expires soon, so the number of a process that dies disappears. The keys of a drop are in one
 * slot of the cluster, and the cost of a report does not depend on the number of sockets.
 */
import type { Cluster } from 'ioredis';
import type { Keys } from '../inventory/keys.ts';

/** Milliseconds for which a report counts. Realtime reports every two seconds, so two reports may be lost. */
const keepMs = 7_000;

export type Watchers = {
  /** Reports how many sockets of a process watch the drop. */
  report: (dropId: number, process: string, count: number) => Promise<void>;
  /** The sum of the current reports of all processes. */
  count: (dropId: number) => Promise<number>;
};

export function createWatchers(redis: Cluster, keys: Keys): Watchers {
  return {
    async report(dropId, process, count) {
      const key = keys.watchersOf(dropId, process);
      if (count === 0) {
        await redis.unlink(key);
        return;
      }
      await Promise.all([
        redis.set(key, count, 'PX', keepMs),
        redis.sadd(keys.watchers(dropId), process),
        redis.pexpire(keys.watchers(dropId), keepMs),
      ]);
    },

    async count(dropId) {
      const processes = await redis.smembers(keys.watchers(dropId));
      if (processes.length === 0) return 0;
      const counts = await redis.mget(processes.map((process) => keys.watchersOf(dropId, process)));
      const gone = processes.filter((_, index) => counts[index] === null);
      // A process that reports again at this very moment is missing from the sum until its next report.
      if (gone.length > 0) await redis.srem(keys.watchers(dropId), ...gone);
      return counts.reduce((sum, count) => sum + Number(count), 0);
    },
  };
}
