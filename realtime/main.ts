import { watchBannedUsers } from '../shared/auth/banned-users.ts';
import { readConfig } from '../shared/tier/config.ts';
import { followDrops } from '../shared/drops/follow-drops.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { runTier } from '../shared/tier/lifecycle.ts';
import { openPort } from '../shared/tier/listen.ts';
import { createLog } from '../shared/tier/log.ts';
import { addProcessMetrics, createMetrics } from '../shared/tier/metrics.ts';
import { connectMysql, mysqlReady } from '../shared/mysql/connect.ts';
import { Ops } from '../shared/tier/ops.ts';
import { connectRedis, redisReady } from '../shared/redis/connect.ts';
import { realtimeSettings } from './config.ts';
import { createRealtime } from './app.ts';

const log = createLog('realtime', process.env['LOG_LEVEL'] || 'info');

await runTier(log, async (lifecycle) => {
  const config = readConfig(realtimeSettings);
  const registry = createMetrics('realtime');
  addProcessMetrics(registry);

  const db = connectMysql(config.MYSQL_URL, { max: 3 });
  lifecycle.onStop('mysql', () => db.destroy());
  const redis = connectRedis(config.REDIS_NODES, log);
  lifecycle.onStop('redis', () => redis.disconnect());
  const bannedUsers = watchBannedUsers(db, log);
  lifecycle.onStop('banned users', () => bannedUsers.stop());
  const drops = followDrops(db, log);
  lifecycle.onStop('drops', () => drops.stop());

  const ops = new Ops(registry);
  lifecycle.onQuiet(() => ops.quiet());
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
