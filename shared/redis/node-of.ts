import { Command, type Cluster } from 'ioredis';

/** The master that owns this key, as far as the client knows. Used to group work that waits for the same node. */
export function nodeOf(redis: Cluster, key: string): string {
  return redis.slots[new Command('exists', [key]).getSlot() ?? 0]?.[0] ?? '';
}
