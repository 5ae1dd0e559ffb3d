import { connectBroker } from '../shared/messages/connect.ts';
import { Topology } from '../shared/messages/topology.ts';
import { createHttpServer } from '../shared/tier/http-server.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { startTier } from '../shared/tier/start.ts';
import { closeServer, openPort } from '../shared/tier/listen.ts';
import { connectRedis, redisReady } from '../shared/redis/connect.ts';
import { consumerSettings } from './config.ts';
import { startConsumer, type Consumer } from './app.ts';

await startTier('consumer', consumerSettings, async ({ config, log, registry, ops, lifecycle }) => {
  // The ops port opens before the dependencies are reachable, so that /readyz can name what the tier waits for.
  let consumer: Consumer | undefined;
  const server = createHttpServer((req, res) => {
    if (!ops.handle(req, res)) res.writeHead(404).end();
  });
  await openPort(server, config, ops, lifecycle);
  lifecycle.onStop('ops port', () => closeServer(server));

  const redis = connectRedis(config.REDIS_NODES, log);
  lifecycle.onStop('redis', () => redis.disconnect());
  ops.addCheck('redis', () => redisReady(redis));
  ops.addCheck('broker', () => consumer?.ready() ?? false);
  ops.addCheck('queues', () => consumer?.trouble() ?? true);

  const broker = await connectBroker(config.AMQP_URL, log);
  lifecycle.onStop('broker', () => broker.close());

  const stopping = new AbortController();
  const inventory = createInventory({
    redis,
    namespace: config.NAMESPACE,
    replicaAcks: config.REDIS_REPLICA_ACKS,
    log,
    // Longer than in general: no HTTP request waits here, and a message stays unacknowledged until a replica has the
    // change.
    patienceMs: 60_000,
    hurry: stopping.signal,
  });
  consumer = await startConsumer({
    broker,
    topology: new Topology(config.NAMESPACE, config.ENTRY_QUEUES),
    redis,
    inventory,
    checkoutKeys: config.CHECKOUT_KEYS,
    registry,
    log,
    timerGraceMs: config.TIMER_GRACE_MS,
  });
  lifecycle.onQuiet(() => {
    stopping.abort();
    return consumer?.stop();
  });
});
