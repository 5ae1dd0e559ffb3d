/**
 * How this process reaches the sockets of all others: Socket.IO's sharded adapter, over one channel of the Redis
 * Cluster. What goes over it is a hint, as all news over Redis is: the truth is in MySQL, where each process looks.
 */
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Cluster } from 'ioredis';
import type { ServerOptions } from 'socket.io';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';

/** Milliseconds between two subscriptions to the same channels: one that was lost without a sign is made again. */
const subscribeMs = 5_000;

export type SocketAdapter = {
  adapter: NonNullable<ServerOptions['adapter']>;
  stop: () => Promise<void>;
};

/**
 * The adapter does not wait for its commands, so that one that fails would end the process: they are given to it as
 * commands that log their failure.
 * @param redis made with `shardedSubscribers: true`
 */
export function createSocketAdapter(redis: Cluster, channelPrefix: string, log: Log): SocketAdapter {
  const channels = new Set<string>();
  const listeners: [event: 'smessageBuffer', listener: (...args: unknown[]) => void][] = [];
  const client = {
    // The adapter asks each node of a cluster how many processes there are.
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
        log.warn({ err: error }, 'other processes were not reached');
        throw error;
      }
    },
  };
  const subscribing = startLoop('socket adapter', subscribeMs, log, async () => {
    for (const channel of channels) await redis.ssubscribe(channel);
  });
  // The connections for subscriptions were made anew.
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
