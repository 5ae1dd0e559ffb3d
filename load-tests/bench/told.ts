import { createLog } from '../../shared/tier/log.ts';
import type { DropNews } from '../../shared/messages/realtime-events.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import type { BenchSystem } from './bench-system.ts';

export type Told = {
  /**
   * From when it resolves, outcomes of a drop are counted; what it resolves to is called to wait for so many, and
   * resolves with the moment (of performance.now) at which the last of them was told.
   */
  listen: (dropId: number) => Promise<(outcomes: number, withinMs: number) => Promise<number>>;
  stop: () => void;
};

/** Listens where realtime does, and counts the buyers who would be told. */
export function listenToNews({ servers, inventory }: BenchSystem): Told {
  const redis = connectRedis(servers.redis.nodes, createLog('bench', 'error'));
  const heard = new Map<string, { count: number; at: number; onNews: () => void }>();
  redis.on('smessage', (channel: string, text: string) => {
    const listener = heard.get(channel);
    if (!listener) return;
    const { events, soldOut } = JSON.parse(text) as DropNews;
    listener.count += events.filter(({ event }) => event === 'entry:outcome').length + soldOut.length;
    listener.at = performance.now();
    listener.onNews();
  });
  return {
    async listen(dropId) {
      const channel = inventory.keys.news(dropId);
      const listener = { count: 0, at: 0, onNews: () => {} };
      heard.set(channel, listener);
      await redis.ssubscribe(channel);
      return async (outcomes, withinMs) => {
        let timer: NodeJS.Timeout | undefined;
        try {
          return await new Promise<number>((resolve, reject) => {
            listener.onNews = () => {
              if (listener.count >= outcomes) resolve(listener.at);
            };
            listener.onNews();
            const tooLate = () => reject(new Error(`${listener.count} of ${outcomes} outcomes were told`));
            timer = setTimeout(tooLate, withinMs);
          });
        } finally {
          clearTimeout(timer);
          heard.delete(channel);
          await redis.sunsubscribe(channel);
        }
      };
    },
    stop: () => redis.disconnect(),
  };
}
