import type { Cluster } from 'ioredis';
import type { Keys } from '../shared/inventory/keys.ts';
import type { BuyerEvent, DropNews } from '../shared/messages/realtime-events.ts';
import type { EntryState } from '../shared/contract/entries.ts';

export type Told = { to: number; event: BuyerEvent; entry: EntryState };

export type HeardNews = {
  /** All events for buyers, in order; `soldOut` lists are expanded to `entry:outcome` events. */
  told: Told[];
  forBuyer: (buyerId: number) => Told[];
  stop: () => Promise<void>;
};

/** Subscribes to a drop's news, like realtime. The connection must come from `connectRedis`. */
export async function hearNews(redis: Cluster, keys: Keys, dropId: number): Promise<HeardNews> {
  const told: Told[] = [];
  const channel = keys.news(dropId);
  const hear = (from: string, message: string) => {
    if (from !== channel) return;
    const { events, soldOut, soldOutVersion: version = 0 } = JSON.parse(message) as DropNews;
    told.push(...events);
    for (const to of soldOut)
      told.push({ to, event: 'entry:outcome', entry: { status: 'sold_out', version } });
  };
  redis.on('smessage', hear);
  await redis.ssubscribe(channel);
  return {
    told,
    forBuyer: (buyerId) => told.filter(({ to }) => to === buyerId),
    async stop() {
      redis.off('smessage', hear);
      await redis.sunsubscribe(channel);
    },
  };
}
