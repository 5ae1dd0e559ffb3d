/**
 * A consumer in its own process that kills itself with SIGKILL at a named point: between steps in two systems, where a
 * crash does most harm. Nothing is stopped, closed or flushed. `node consumer-that-dies.ts PLAN`, the plan as JSON.
 */
import { pino } from 'pino';
import { connectBroker, type Broker } from '../../shared/messages/connect.ts';
import { Topology } from '../../shared/messages/topology.ts';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { startConsumer } from '../../consumer/app.ts';

export type Point =
  /** The script has decided a batch; no timer is set. */
  | 'decided'
  /** The broker has the timers; the consumer has not received the confirm. */
  | 'timers confirmed'
  /** All timers are set; no buyer was told. */
  | 'timers set'
  /** Buyers were told; the message is not acknowledged. */
  | 'told'
  /** The script has ended a hold; the promoted buyer has no timer yet. */
  | 'released'
  /** The promoted buyer was told; Redis has not recorded that. */
  | 'promotion told'
  /** Seats have left one partition and not arrived in the other. */
  | 'lent'
  /** The seats have arrived; the lender still has the transfer on record. */
  | 'arrived';

export type Plan = {
  point: Point;
  redisNodes: string[];
  amqpUrl: string;
  namespace: string;
  entryQueues: number;
  checkoutKeys: string;
  sweepEveryMs: number;
};

const plan = JSON.parse(process.argv[2] ?? '') as Plan;

function diesAt(point: Point): boolean {
  return point === plan.point && process.kill(process.pid, 'SIGKILL');
}

/** Kills the process if this is the point; resolves otherwise. */
function reach(point: Point): Promise<void> {
  return diesAt(point) ? new Promise(() => {}) : Promise.resolve();
}

/** Wraps `call` so that the point is reached before the caller gets the result. */
function thenReach<A extends unknown[], R>(
  point: Point,
  call: (...args: A) => Promise<R>,
  applies: (result: R) => boolean = () => true,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const result = await call(...args);
    if (applies(result)) await reach(point);
    return result;
  };
}

const log = pino({ level: 'warn' });
const redis = connectRedis(plan.redisNodes, log);
const inventory = createInventory({ redis, namespace: plan.namespace });
const broker = await connectBroker(plan.amqpUrl, log);

const dyingBroker: Broker = {
  ...broker,
  channel: (name, setup) =>
    broker.channel(name, async (channel) => {
      await setup(channel);
      if (name !== 'timers') return;
      const publish = channel.publish.bind(channel);
      channel.publish = (exchange, key, content, options, confirmed) =>
        publish(exchange, key, content, options, (error, ok) => {
          if (!diesAt('timers confirmed')) confirmed?.(error, ok);
        });
    }),
};

await startConsumer({
  broker: dyingBroker,
  topology: new Topology(plan.namespace, plan.entryQueues),
  redis: Object.create(redis, {
    spublish: {
      value: async (channel: string, message: string) => {
        await reach('timers set');
        const receivers = await redis.spublish(channel, message);
        await reach('told');
        return receivers;
      },
    },
  }) as typeof redis,
  inventory: {
    ...inventory,
    claim: thenReach('decided', inventory.claim, ({ kind }) => kind === 'decided'),
    release: thenReach('released', inventory.release, ({ kind }) => kind === 'released'),
    lend: thenReach('lent', inventory.lend),
    borrow: thenReach('arrived', inventory.borrow),
    told: async (place, holdIds) => {
      if (holdIds.length > 0) await reach('promotion told');
      await inventory.told(place, holdIds);
    },
  },
  checkoutKeys: readKeyList(plan.checkoutKeys),
  registry: createMetrics('consumer'),
  log,
  sweepEveryMs: plan.sweepEveryMs,
});
