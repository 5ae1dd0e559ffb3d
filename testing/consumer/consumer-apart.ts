/** A consumer in its own process, which a test can pause. `node consumer-apart.ts PLAN`, the plan as JSON. */
import { pino } from 'pino';
import { connectBroker } from '../../shared/messages/connect.ts';
import { Topology } from '../../shared/messages/topology.ts';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { startConsumer } from '../../consumer/app.ts';

export type ApartPlan = { redisNodes: string[]; amqpUrl: string; namespace: string; checkoutKeys: string };

const plan = JSON.parse(process.argv[2] ?? '') as ApartPlan;
const log = pino({ level: 'silent' });
const redis = connectRedis(plan.redisNodes, log);
const inventory = createInventory({ redis, namespace: plan.namespace });
await startConsumer({
  broker: await connectBroker(plan.amqpUrl, log),
  topology: new Topology(plan.namespace, 1),
  redis,
  inventory: {
    ...inventory,
    async claim(place, batch, options) {
      const result = await inventory.claim(place, batch, options);
      // Tells the parent process the result of each batch.
      process.stdout.write(`${batch.id} ${result.kind}\n`);
      return result;
    },
  },
  checkoutKeys: readKeyList(plan.checkoutKeys),
  registry: createMetrics('consumer'),
  log,
  sweepEveryMs: 3_600_000,
});
process.stdout.write('ready\n');
