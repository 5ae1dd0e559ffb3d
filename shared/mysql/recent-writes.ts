/**
 * Who has just written something, so that their lists come from the primary. In Redis, since the next request may come
 * to another process, and may come from a client that keeps no cookies.
 */
import type { Cluster } from 'ioredis';
import { inTime } from '../tier/in-time.ts';
import type { Log } from '../tier/log.ts';

export type RecentWrites = {
  /** Runs what may write for this user. Never fails by itself: a write does not need Redis. */
  during: <T>(userId: number, write: () => Promise<T>) => Promise<T>;
  /** Also when Redis does not say. */
  mayBeBy: (userId: number) => Promise<boolean>;
};

/** Milliseconds that Redis is waited for. While it is away writes go on and lists come from the primary. */
const patience = 250;

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
      await inTime(redis.set(keyOf(userId), '', 'EX', seconds), patience);
    } catch (error) {
      log.warn({ err: error }, 'not remembered who wrote: lists may lack it until the replica has it');
    }
  };

  return {
    async during(userId, write) {
      // Before as well: nobody is left to do it after when this process dies between commit and answer.
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
        return (await inTime(redis.exists(keyOf(userId)), patience)) === 1;
      } catch {
        return true;
      }
    },
  };
}
