import type { Cluster } from 'ioredis';

/** Whether `id` is spent for the first time, over all processes. It is remembered for `seconds`. */
export type SpendOnce = (id: string, seconds: number) => Promise<boolean>;

export function createSpendOnce(redis: Cluster, namespace: string): SpendOnce {
  return async (id, seconds) =>
    (await redis.set(`${namespace}spent:${id}`, '1', 'EX', seconds, 'NX')) === 'OK';
}
