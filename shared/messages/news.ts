import type { Cluster } from 'ioredis';
import type { Keys } from '../inventory/keys.ts';
import type { DropNews } from './realtime-events.ts';

/**
 * Tells realtime what happened to buyers of a drop. There may be no subscriber, and a message can be lost with a node.
 * That is acceptable: socket events are hints, and the same state can be read by HTTP at any time.
 */
export async function publishNews(redis: Cluster, keys: Keys, news: DropNews): Promise<void> {
  if (news.events.length === 0 && news.soldOut.length === 0) return;
  await redis.spublish(keys.news(news.dropId), JSON.stringify(news));
}
