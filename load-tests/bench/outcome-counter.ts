import { createLog } from '../../shared/tier/log.ts';
import type { DropNews } from '../../shared/messages/realtime-events.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import type { BenchSystem } from './bench-system.ts';

export type OutcomeCounter = {
  /**
   * Starts to count the outcomes of a drop. Resolves with a function that waits for that many outcomes and resolves
   * with the time (performance.now) at which the last of them was published; it rejects after `withinMs`.
   */
  listen: (dropId: number) => Promise<(outcomes: number, withinMs: number) => Promise<number>>;
  stop: () => void;
};

/** Subscribes to the channels that realtime subscribes to, and counts the buyers whose outcome is published. */
export function countOutcomes({ servers, inventory }: BenchSystem): OutcomeCounter {
  const redis = connectRedis(servers.redis.nodes, createLog('bench', 'error'));
  const listeners = new Map<string, { count: number; at: number; onNews: () => void }>();
  redis.on('smessage', (channel: string, text: string) => {
    const listener = listeners.get(channel);
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
      listeners.set(channel, listener);
      await redis.ssubscribe(channel);
      return async (outcomes, withinMs) => {
        let timer: NodeJS.Timeout | undefined;
        try {
          return await new Promise<number>((resolve, reject) => {
            listener.onNews = () => {
              if (listener.count >= outcomes) resolve(listener.at);
            };
            listener.onNews();
            const onTimeout = () =>
              reject(new Error(`${listener.count} of ${outcomes} outcomes were published`));
            timer = setTimeout(onTimeout, withinMs);
          });
        } finally {
          clearTimeout(timer);
          listeners.delete(channel);
          await redis.sunsubscribe(channel);
        }
      };
    },
    stop: () => redis.disconnect(),
  };
}
