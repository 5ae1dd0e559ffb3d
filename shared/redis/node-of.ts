import { Command, type Cluster } from 'ioredis';

/** The master that has this key, as far as the client knows: what waits for the same one waits together. */
export function nodeOf(redis: Cluster, key: string): string {
  return redis.slots[new Command('exists', [key]).getSlot() ?? 0]?.[0] ?? '';
}
