import type { Cluster } from 'ioredis';

/** Whether this is the first time that `id` is spent, over all processes; it is remembered for so many seconds. */
export type SpendOnce = (id: string, seconds: number) => Promise<boolean>;

export function createSpendOnce(redis: Cluster, namespace: string): SpendOnce {
  return async (id, seconds) =>
    (await redis.set(`${namespace}spent:${id}`, '1', 'EX', seconds, 'NX')) === 'OK';
}
