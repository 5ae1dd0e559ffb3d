import { watchBannedUsers } from '../shared/auth/banned-users.ts';
import { connectBroker, type BrokerChannel } from '../shared/messages/connect.ts';
import { Topology } from '../shared/messages/topology.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { startTier } from '../shared/tier/start.ts';
import { drainServer, openPort } from '../shared/tier/listen.ts';
import { connectMysql } from '../shared/mysql/connect.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { createAcceptEntry } from './accept-entry.ts';
import { countAcceptedEntries } from './accepted-entries.ts';
import { createPublisher } from './app.ts';
import { Attempts } from './attempts.ts';
import { Batcher } from './batcher.ts';
import { publisherSettings } from './config.ts';
import { watchLapsedBuyers } from './lapsed-buyers.ts';
import { watchOpenDrops } from './open-drops.ts';

await startTier('publisher', publisherSettings, async ({ config, log, registry, ops, lifecycle }) => {
  const db = connectMysql(config.MYSQL_URL, { max: 3 });
  lifecycle.onStop('mysql', () => db.destroy());
  const redis = connectRedis(config.REDIS_NODES, log);
  lifecycle.onStop('redis', () => redis.disconnect());
  const inventory = createInventory({ redis, namespace: config.NAMESPACE });

  const bannedUsers = watchBannedUsers(db, log);
  lifecycle.onStop('banned users', () => bannedUsers.stop());
  const openDrops = watchOpenDrops(db, inventory, log);
  lifecycle.onStop('open drops', () => openDrops.stop());

  const lapsedBuyers = watchLapsedBuyers(openDrops, inventory, log);
  lifecycle.onStop('lapsed buyers', () => lapsedBuyers.stop());

  const accepted = countAcceptedEntries(inventory, log);
  lifecycle.onStop('accepted entries', () => accepted.stop());

  let channel: BrokerChannel | undefined;
  const topology = new Topology(config.NAMESPACE, config.ENTRY_QUEUES);
  const batcher = new Batcher({
    channel: { current: () => channel?.current(), ready: () => channel?.ready() ?? false },
    topology,
  });
  ops.addCheck('broker', () => channel?.ready() ?? false);
  ops.addCheck('banned users (mysql)', () => bannedUsers.loaded());
  ops.addCheck('drops (mysql, redis)', () => openDrops.loaded());

  const publicUrl = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL);
  const acceptEntry = createAcceptEntry({
    sessionKeys: config.SESSION_KEYS,
    bannedUsers,
    openDrops,
    lapsedBuyers,
    attempts: new Attempts({ limit: 8, windowMs: 10_000 }),
    batcher,
    onAccepted: accepted.count,
    publicUrl,
  });
  const server = createPublisher({ acceptEntry, publicUrl, ops, registry, log });

  // The port opens before the broker is reachable: until then entries get 503, and /readyz names what is missing.
  await openPort(server, config, ops, lifecycle);
  // Requests under way still wait for confirms, so they finish before the connection to the broker is closed.
  lifecycle.onQuiet(() => drainServer(server));

  const broker = await connectBroker(config.AMQP_URL, log);
  lifecycle.onStop('broker', () => broker.close());
  channel = await broker.channel('entries', (opened) => topology.assertEntries(opened));
});
