/** Consumers on real servers for tests: any number of them, with queues, drops and news of the test's own. */
import { connectBroker } from '../../shared/messages/connect.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { createTestBroker, type TestBroker } from '../broker.ts';
import { captureLog, type LogLine } from '../captured-log.ts';
import { createTestInventory, type TestInventory } from '../inventory.ts';
import { randomKeys } from '../keys.ts';
import { hearNews, type HeardNews } from '../news.ts';
import { testServers } from '../servers.ts';
import { startConsumer, type Consumer, type ConsumerDeps } from '../../consumer/app.ts';

export type RunningConsumer = Consumer & {
  metrics: () => Promise<string>;
  lines: LogLine[];
  /** Stops it and closes the connection; unacknowledged messages go back into the queue. */
  end: () => Promise<void>;
};

/** `sweeps`: false for a consumer whose sweeper finds no drop, not even in the round with which it starts. */
type ConsumerChanges = Partial<ConsumerDeps> & { amqpUrl?: string; sweeps?: boolean };

export type ConsumerSystem = TestInventory & {
  broker: TestBroker;
  checkoutKeys: KeyList;
  start: (changes?: ConsumerChanges) => Promise<RunningConsumer>;
  news: (dropId: number) => Promise<HeardNews>;
  /** Ends all started consumers. After each test, so that the consumers of one that failed take nothing from the next. */
  endConsumers: () => Promise<void>;
  /** Ends all started consumers and deletes the queues. */
  close: () => Promise<void>;
};

export async function createConsumerSystem({
  entryQueues = 1,
  holdSeconds = [600],
}: { entryQueues?: number; holdSeconds?: number[] } = {}): Promise<ConsumerSystem> {
  const testInventory = createTestInventory();
  const testBroker = await createTestBroker(testInventory.namespace, { entryQueues, holdSeconds });
  const checkoutKeys = randomKeys();
  const running = new Set<RunningConsumer>();
  const heard: HeardNews[] = [];
  const endConsumers = async () => {
    for (const each of running) await each.end();
  };

  return {
    ...testInventory,
    broker: testBroker,
    checkoutKeys,

    async start({
      amqpUrl = testServers().amqpUrl,
      sweeps = true,
      inventory = testInventory.inventory,
      ...changes
    } = {}) {
      const { log, lines } = captureLog();
      const registry = createMetrics('consumer');
      const broker = await connectBroker(amqpUrl, log);
      const consumer = await startConsumer({
        broker,
        topology: testBroker.topology,
        redis: testInventory.redis,
        inventory: sweeps ? inventory : { ...inventory, liveDrops: () => Promise.resolve([]) },
        checkoutKeys,
        registry,
        log,
        sweepEveryMs: 100,
        ...changes,
      });
      const each: RunningConsumer = {
        ...consumer,
        lines,
        metrics: () => registry.metrics(),
        async end() {
          if (!running.delete(each)) return;
          await consumer.stop();
          await broker.close();
        },
      };
      running.add(each);
      return each;
    },

    async news(dropId) {
      const news = await hearNews(testInventory.redis, testInventory.inventory.keys, dropId);
      heard.push(news);
      return news;
    },

    endConsumers,

    async close() {
      await endConsumers();
      for (const each of heard) await each.stop();
      await testBroker.stop();
      await testInventory.stop();
    },
  };
}
