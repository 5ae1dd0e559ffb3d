import type { Cluster } from 'ioredis';
import type { Keys } from '../inventory/keys.ts';
import type { DropNews } from './realtime-events.ts';

/**
 * Tells realtime what happened to buyers of a drop. Nobody may be listening, and a message can be lost with a node:
 * a socket is a hint, and the same state can be read by HTTP at any time.
 */
export async function publishNews(redis: Cluster, keys: Keys, news: DropNews): Promise<void> {
  if (news.events.length === 0 && news.soldOut.length === 0) return;
  await redis.spublish(keys.news(news.dropId), JSON.stringify(news));
}
