import type { Rig } from './rig.ts';
import { createLog } from '../../shared/log.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import type { DropNews } from '../../shared/realtime-events.ts';

export type Told = {
  /** Resolves with the moment (of performance.now) at which so many outcomes of a drop had been told to realtime. */
  all: (dropId: number, outcomes: number, withinMs: number) => Promise<number>;
  stop: () => void;
};

/** Listens where realtime does, and counts the buyers who would be told. */
export function listenToNews({ servers, inventory }: Rig): Told {
  const redis = connectRedis(servers.redis.nodes, createLog('bench', 'error'));
  const counts = new Map<string, number>();
  let waiting: { channel: string; outcomes: number; resolve: (at: number) => void } | undefined;
  redis.on('smessage', (channel: string, text: string) => {
    const { events, soldOut } = JSON.parse(text) as DropNews;
    const outcomes = events.filter(({ event }) => event === 'entry:outcome').length + soldOut.length;
    const count = (counts.get(channel) ?? 0) + outcomes;
    counts.set(channel, count);
    if (waiting?.channel === channel && count >= waiting.outcomes) waiting.resolve(performance.now());
  });
  return {
    async all(dropId, outcomes, withinMs) {
      const channel = inventory.keys.news(dropId);
      await redis.ssubscribe(channel);
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<number>((resolve, reject) => {
          waiting = { channel, outcomes, resolve };
          timer = setTimeout(
            () => reject(new Error(`${counts.get(channel) ?? 0} of ${outcomes} outcomes were told`)),
            withinMs,
          );
        });
      } finally {
        clearTimeout(timer);
        await redis.sunsubscribe(channel);
      }
    },
    stop: () => redis.disconnect(),
  };
}
