import { watchBannedUsers } from '../shared/auth/banned-users.ts';
import { followDrops } from '../shared/drops/follow-drops.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { startTier } from '../shared/tier/start.ts';
import { openPort } from '../shared/tier/listen.ts';
import { connectMysql, mysqlReady } from '../shared/mysql/connect.ts';
import { connectRedis, redisReady } from '../shared/redis/connect.ts';
import { realtimeSettings } from './config.ts';
import { createRealtime } from './app.ts';

await startTier('realtime', realtimeSettings, async ({ config, log, registry, ops, lifecycle }) => {
  const db = connectMysql(config.MYSQL_URL, { max: 3 });
  lifecycle.onStop('mysql', () => db.destroy());
  const redis = connectRedis(config.REDIS_NODES, log);
  lifecycle.onStop('redis', () => redis.disconnect());
  const bannedUsers = watchBannedUsers(db, log);
  lifecycle.onStop('banned users', () => bannedUsers.stop());
  const drops = followDrops(db, log);
  lifecycle.onStop('drops', () => drops.stop());

  ops.addCheck('redis', () => redisReady(redis));
  ops.addCheck('mysql', async () => bannedUsers.loaded() && drops.loaded() && (await mysqlReady(db)));

  const realtime = createRealtime({
    db,
    redis,
    inventory: createInventory({
      redis,
      namespace: config.NAMESPACE,
      replicaAcks: config.REDIS_REPLICA_ACKS,
      log,
    }),
    bannedUsers,
    drops,
    sessionKeys: config.SESSION_KEYS,
    checkoutKeys: config.CHECKOUT_KEYS,
    publicUrl: config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL),
    ops,
    registry,
    log,
  });
  lifecycle.onStop('sockets', () => realtime.stop());
  lifecycle.onQuiet(() => realtime.quiet());
  await openPort(realtime.server, config, ops, lifecycle);
});
