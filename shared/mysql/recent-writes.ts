/**
 * Remembers which users have just written something, so that their lists are read from the primary. This is kept in
 * Redis, since the next request may reach another process, and may come from a client that keeps no cookies.
 */
import type { Cluster } from 'ioredis';
import { inTime } from '../tier/in-time.ts';
import type { Log } from '../tier/log.ts';

export type RecentWrites = {
  /**
   * Runs an operation that may write on behalf of this user. Fails only if `write` does: a write does not need Redis.
   */
  during: <T>(userId: number, write: () => Promise<T>) => Promise<T>;
  /** Whether this user may have written recently; true if Redis does not answer. */
  mayBeBy: (userId: number) => Promise<boolean>;
};

/** Milliseconds to wait for Redis. While it is away, writes go on and lists are read from the primary. */
const patienceMs = 250;

/** `seconds`: how long a write counts as recent. */
export function createRecentWrites(options: {
  redis: Cluster;
  namespace: string;
  seconds: number;
  log: Log;
}): RecentWrites {
  const { redis, namespace, seconds, log } = options;
  const keyOf = (userId: number) => `${namespace}wrote:${userId}`;

  const remember = async (userId: number): Promise<void> => {
    try {
      await inTime(redis.set(keyOf(userId), '', 'EX', seconds), patienceMs);
    } catch (error) {
      log.warn({ err: error }, 'could not remember a write: lists may lack it until the replica has it');
    }
  };

  return {
    async during(userId, write) {
      // Also before the write, in case this process dies between the commit and the answer.
      const before = remember(userId);
      try {
        return await write();
      } finally {
        await before;
        await remember(userId);
      }
    },
    async mayBeBy(userId) {
      try {
        return (await inTime(redis.exists(keyOf(userId)), patienceMs)) === 1;
      } catch {
        return true;
      }
    },
  };
}
