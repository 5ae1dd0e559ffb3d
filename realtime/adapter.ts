/**
 * How this process reaches the sockets of other processes: Socket.IO's sharded adapter, over one channel of the Redis
 * Cluster. A message over it is a hint, like all news over Redis: the truth is in MySQL, which each process polls.
 */
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Cluster } from 'ioredis';
import type { ServerOptions } from 'socket.io';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';

/** Milliseconds after which all channels are subscribed to again, in case a subscription was lost without a sign. */
const subscribeMs = 5_000;

export type SocketAdapter = {
  adapter: NonNullable<ServerOptions['adapter']>;
  stop: () => Promise<void>;
};

/**
 * The adapter does not await its Redis commands, so a rejected one would end the process. Therefore it gets a client
 * whose commands log their failures.
 * @param redis made with `shardedSubscribers: true`
 */
export function createSocketAdapter(redis: Cluster, channelPrefix: string, log: Log): SocketAdapter {
  const channels = new Set<string>();
  const listeners: [event: 'smessageBuffer', listener: (...args: unknown[]) => void][] = [];
  const client = {
    // The adapter asks each node of a cluster for its number of subscribers, to learn how many processes there are.
    isCluster: true,
    nodes: () => redis.nodes('master'),
    on(event: 'smessageBuffer', listener: (...args: unknown[]) => void) {
      listeners.push([event, listener]);
      redis.on(event, listener);
    },
    ssubscribe(channel: string) {
      channels.add(channel);
      subscribing.poke();
    },
    sunsubscribe(channel: string) {
      channels.delete(channel);
      redis.sunsubscribe(channel).catch((error: unknown) => {
        log.debug({ err: error, channel }, 'could not unsubscribe');
      });
    },
    async spublish(channel: string, message: string | Buffer) {
      try {
        return await redis.spublish(channel, message);
      } catch (error) {
        log.warn({ err: error }, 'could not reach the other processes');
        throw error;
      }
    },
  };
  const subscribing = startLoop('socket adapter', subscribeMs, log, async () => {
    for (const channel of channels) await redis.ssubscribe(channel);
  });
  // The client has new connections for subscriptions, without the channels subscribed to before.
  redis.on('subscribersReady', subscribing.poke);

  return {
    adapter: createShardedAdapter(client, client, { channelPrefix, subscriptionMode: 'static' }),
    async stop() {
      redis.off('subscribersReady', subscribing.poke);
      for (const [event, listener] of listeners) redis.off(event, listener);
      await subscribing.stop();
    },
  };
}
