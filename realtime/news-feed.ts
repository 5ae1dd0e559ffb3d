/**
 * Receives news from the other tiers about what happened to buyers, over Redis's sharded channels: one channel per
 * drop, on the node that owns the drop. The client subscribes again after a failover. To check that it did, this
 * process sends beats over each channel and expects to receive them.
 */
import { randomUUID } from 'node:crypto';
import type { Cluster } from 'ioredis';
import type { Keys } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import { nodeOf } from '../shared/redis/node-of.ts';
import { createWorkOff, inMemory } from '../shared/tier/work-off.ts';
import type { DropNews } from '../shared/messages/realtime-events.ts';

/** Milliseconds between two beats. A lost subscription is noticed after two of them. */
const beatMs = 2_000;

export type NewsFeed = {
  /** Resolves when all further news of the drop will arrive. If subscribing fails, it rejects and forgets the drop. */
  subscribe: (dropId: number) => Promise<void>;
  unsubscribe: (dropId: number) => void;
  stop: () => Promise<void>;
};

export type NewsFeedDeps = {
  /** Made with `shardedSubscribers: true`. */
  redis: Cluster;
  keys: Keys;
  log: Log;
  onNews: (news: DropNews) => void;
  /** News of this drop may have been missed; from now on it arrives again. */
  onGap: (dropId: number) => void;
};

type Channel = {
  dropId: number;
  subscribed: Promise<void>;
  open: boolean;
  /** Number of the last beat sent. */
  sent: number;
  /** Number of the last beat received. */
  received: number;
  /** News may have been missed since the last beat received. */
  hasGap: boolean;
};

export function createNewsFeed({ redis, keys, log, onNews, onGap }: NewsFeedDeps): NewsFeed {
  const self = randomUUID();
  const channels = new Map<string, Channel>();

  const subscribeTo = async (name: string) => {
    await redis.ssubscribe(name);
  };

  const receive = (name: string, message: string) => {
    const channel = channels.get(name);
    if (!channel) return;
    if (message.startsWith('{')) {
      onNews(JSON.parse(message) as DropNews);
      return;
    }
    const [by, beat] = message.split(' ');
    if (by !== self) return;
    channel.received = Math.max(channel.received, Number(beat));
    if (!channel.hasGap) return;
    channel.hasGap = false;
    onGap(channel.dropId);
  };
  const onMessage = (name: string, message: string) => {
    try {
      receive(name, message);
    } catch (error) {
      log.warn({ err: error, channel: name }, 'could not read news');
    }
  };

  // The client has new connections for subscriptions; news sent in between is lost.
  const onNewSubscribers = () => {
    for (const channel of channels.values()) channel.hasGap = channel.open;
    beats.poke();
  };

  const beat = async (name: string, channel: Channel) => {
    if (channel.received < channel.sent) {
      channel.hasGap = true;
      await subscribeTo(name);
    }
    channel.sent += 1;
    await redis.spublish(name, `${self} ${channel.sent}`);
  };
  // A node that is away delays only the beats of its own channels.
  const beatAll = createWorkOff<[name: string, channel: Channel]>({
    name: 'news beat',
    log,
    page: inMemory(() => [...channels].filter(([, channel]) => channel.open)),
    keyOf: ([name]) => name,
    laneOf: ([name]) => nodeOf(redis, name),
    atOnce: 64,
    patienceMs: beatMs,
    firstPauseMs: 0,
    async work([name, channel]) {
      await beat(name, channel);
      return 'done';
    },
  });
  const beats = startLoop('news beat', beatMs, log, beatAll);

  redis.on('smessage', onMessage);
  redis.on('subscribersReady', onNewSubscribers);

  return {
    subscribe(dropId) {
      const name = keys.news(dropId);
      const known = channels.get(name);
      if (known) return known.subscribed;
      const subscribed = subscribeTo(name).then(
        () => {
          channel.open = true;
        },
        (error: unknown) => {
          if (channels.get(name) === channel) channels.delete(name);
          throw error;
        },
      );
      const channel: Channel = { dropId, subscribed, open: false, sent: 0, received: 0, hasGap: false };
      channels.set(name, channel);
      return subscribed;
    },

    unsubscribe(dropId) {
      const name = keys.news(dropId);
      if (!channels.delete(name)) return;
      redis.sunsubscribe(name).catch((error: unknown) => {
        log.debug({ err: error, channel: name }, 'could not unsubscribe');
      });
    },

    async stop() {
      redis.off('smessage', onMessage);
      redis.off('subscribersReady', onNewSubscribers);
      await beats.stop();
    },
  };
}
