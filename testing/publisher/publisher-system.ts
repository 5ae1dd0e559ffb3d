/** The publisher for tests: the real server on a real database, Redis Cluster and broker. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { watchBannedUsers } from '../../shared/auth/banned-users.ts';
import { connectBroker } from '../../shared/messages/connect.ts';
import { decodeBatch } from '../../shared/messages/entry-batch.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { questionFor } from '../../shared/drops/question.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { closeServer, listen } from '../../shared/tier/listen.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Ops } from '../../shared/tier/ops.ts';
import { signSession } from '../../shared/auth/session.ts';
import { createTestBroker, type TestBroker } from '../broker.ts';
import { captureLog, type LogLine } from '../captured-log.ts';
import { createTestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { insertDrop, insertEvent, insertStockedDrop } from '../insert-drop.ts';
import { createTestInventory, type TestInventory } from '../inventory.ts';
import { randomKeys } from '../keys.ts';
import { testServers } from '../servers.ts';
import { createAcceptEntry } from '../../publisher/accept-entry.ts';
import { createPublisher } from '../../publisher/app.ts';
import { Attempts } from '../../publisher/attempts.ts';
import { Batcher, type BatcherOptions } from '../../publisher/batcher.ts';
import { watchLapsedBuyers } from '../../publisher/lapsed-buyers.ts';
import { watchOpenDrops } from '../../publisher/open-drops.ts';

const entryQueues = 2;

export type PublisherOptions = {
  /** Allowed attempts of one buyer in ten seconds. */
  attempts?: number;
  /** URL of the broker; null: no connection yet. */
  amqpUrl?: string | null;
  batching?: Partial<BatcherOptions>;
  publicUrl?: string;
};

export type PublisherSystem = {
  url: string;
  server: Server;
  db: Database;
  testInventory: TestInventory;
  broker: TestBroker;
  sessionKeys: KeyList;
  lines: LogLine[];
  /** Creates a drop in MySQL and Redis. Resolves when the publisher knows it. */
  createDrop: (changes?: Partial<Drop>) => Promise<Drop>;
  /** Creates a user in MySQL, with a session. */
  user: () => Promise<{ id: number; bearer: { Authorization: string } }>;
  /** Body of an entry with the right answer. */
  entry: (drop: Drop, buyerId: number, quantity?: number) => Record<string, unknown>;
  /** Drains the entry queues; returns entries as 'drop.partition buyer:quantity'. */
  queued: () => Promise<{ messages: number; entries: string[] }>;
  stop: () => Promise<void>;
};

export async function createPublisherSystem(options: PublisherOptions = {}): Promise<PublisherSystem> {
  const { log, lines } = captureLog();
  const database = await createTestDatabase();
  const { db } = database;
  const testInventory = createTestInventory();
  const testBroker = await createTestBroker(testInventory.namespace, { entryQueues });
  const { topology } = testBroker;
  const amqpUrl = options.amqpUrl === undefined ? testServers().amqpUrl : options.amqpUrl;
  const broker = amqpUrl === null ? undefined : await connectBroker(amqpUrl, log);
  const channel = await broker?.channel('entries', (opened) => topology.assertEntries(opened));

  const bannedUsers = watchBannedUsers(db, log);
  const openDrops = watchOpenDrops(db, testInventory.inventory, log);
  const lapsedBuyers = watchLapsedBuyers(openDrops, testInventory.inventory, log);
  const registry = createMetrics('publisher');
  const sessionKeys = randomKeys();
  const ops = new Ops(registry);
  ops.addCheck('broker', () => channel?.ready() ?? false);
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  const server = createPublisher({
    acceptEntry: createAcceptEntry({
      sessionKeys,
      bannedUsers,
      openDrops,
      lapsedBuyers,
      attempts: new Attempts({ limit: options.attempts ?? 1_000_000, windowMs: 10_000 }),
      publicUrl,
      batcher: new Batcher({
        channel: channel ?? { current: () => undefined, ready: () => false },
        topology,
        ...options.batching,
      }),
    }),
    publicUrl,
    ops,
    registry,
    log,
  });
  const port = await listen(server, '127.0.0.1', 0);

  return {
    url: `http://127.0.0.1:${port}`,
    server,
    db,
    testInventory,
    broker: testBroker,
    sessionKeys,
    lines,

    async createDrop(changes = {}) {
      const drop =
        changes.stocked === false
          ? await insertDrop(db, await insertEvent(db), changes)
          : await insertStockedDrop(db, testInventory.openDrop, changes);
      await eventually(() => openDrops.get(drop.id)?.stocked === drop.stocked);
      return drop;
    },

    async user() {
      const [id = 0] = await db('users').insert({
        email: `${randomBytes(6).toString('hex')}@seatdrop.test`,
        name: 'Shopper',
        password_hash: 'none',
      });
      const token = signSession({ userId: id, role: 'shopper' }, sessionKeys);
      return { id, bearer: { Authorization: `Bearer ${token}` } };
    },

    entry(drop, buyerId, quantity = 1) {
      const question = questionFor(drop, buyerId);
      return { questionId: question?.id, answer: question?.answer, quantity };
    },

    async queued() {
      const names = Array.from({ length: entryQueues }, (_, number) => topology.entryQueue(number));
      const messages = (await Promise.all(names.map((name) => testBroker.drain(name)))).flat();
      const entries = messages.flatMap((message) => {
        const decoded = decodeBatch(message);
        if (!decoded) throw new Error(`not a batch: ${message.content.toString()}`);
        const { place, batch } = decoded;
        return batch.packed.split(',').map((each) => `${place.dropId}.${place.partition} ${each}`);
      });
      return { messages: messages.length, entries };
    },

    async stop() {
      await closeServer(server);
      await broker?.close();
      await bannedUsers.stop();
      await lapsedBuyers.stop();
      await openDrops.stop();
      await testBroker.stop();
      await testInventory.stop();
      await database.drop();
    },
  };
}
