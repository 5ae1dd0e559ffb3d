import { randomBytes } from 'node:crypto';
import { createLog } from '../shared/tier/log.ts';
import { questionFor } from '../shared/drops/question.ts';
import type { Drop } from '../shared/drops/drop.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { loadDrop } from '../shared/drops/drop.ts';
import { Problem } from '../shared/tier/problems.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { signSession } from '../shared/auth/session.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { randomKeys } from '../testing/keys.ts';
import { testServers } from '../testing/servers.ts';
import { createAcceptEntry, type AcceptEntry } from './accept-entry.ts';
import { Attempts } from './attempts.ts';
import type { Batcher } from './batcher.ts';
import { watchOpenDrops, type OpenDrops } from './open-drops.ts';

const log = createLog('publisher', 'silent');
const sessionKeys = randomKeys();
const redis = connectRedis(testServers().redisNodes, log);
const inventory = createInventory({ redis, namespace: `test-${randomBytes(4).toString('hex')}` });
let database: TestDatabase;
let openDrops: OpenDrops;
let accept: AcceptEntry;
let drop: Drop;
const queued: number[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const [userId] = await db('users').insert({ email: 'o@seatdrop.test', name: 'O', password_hash: 'none' });
  const facts = { title: 'Concert', description: '', venue: 'Hall', starts_at: new Date() };
  const [eventId] = await db('events').insert({ organizer_id: userId, ...facts });
  const now = Date.now();
  const [dropId] = await db('drops').insert({
    event_id: eventId,
    opens_at: new Date(now - 1_000),
    closes_at: new Date(now + 3_600_000),
    price_amount: 1000,
    price_currency: 'EUR',
    hold_seconds: 60,
    max_per_buyer: 2,
    standby_limit: 0,
    sections: JSON.stringify([{ name: 'Floor', rows: 1, seatsPerRow: 10 }]),
    capacity: 10,
    stocked_at: new Date(),
  });
  await db('drop_questions').insert({ drop_id: dropId, number: 1, text: '2 + 2?', answer: '4' });
  drop = (await loadDrop(db, dropId!))!;
  await inventory.stock(drop);
  openDrops = watchOpenDrops(db, inventory, log);
  const batcher = { add: async (_place: unknown, buyerId: number) => void queued.push(buyerId) };
  accept = createAcceptEntry({
    sessionKeys,
    bannedUsers: { refusal: () => undefined, loaded: () => true },
    openDrops,
    lapsedBuyers: { msLeft: () => 0 },
    attempts: new Attempts({ limit: 1_000, windowMs: 10_000 }),
    batcher: batcher as unknown as Batcher,
  });
  while (!openDrops.loaded()) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(async () => {
  await openDrops.stop();
  redis.disconnect();
  await database.drop();
});

const enter = (userId: number) => {
  const question = questionFor(drop, userId)!;
  return accept({
    dropId: drop.id,
    headers: { authorization: `Bearer ${signSession({ userId, role: 'shopper' }, sessionKeys)}` },
    body: { questionId: question.id, answer: question.answer, quantity: 1 },
  });
};

/** Waits until an entry gets this answer. Only the state of MySQL and Redis changes the answer. */
async function until(expected: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await enter(7).then(
      () => 'accepted',
      (error: unknown) => (error as Problem).code,
    );
    if (answer === expected) return;
    if (performance.now() > deadline) throw new Error(`still ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a pause is heard of by a publisher that runs, and so is its end; in between nothing is queued', async () => {
  await until('accepted');
  for (let round = 0; round < 3; round += 1) {
    await database.db('drops').where({ id: drop.id }).update({ paused_at: new Date() });
    await until('drop_paused');
    const before = queued.length;
    const refused: unknown = await enter(7).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ status: 409, options: { retryAfter: expect.any(Number) as number } });
    expect(queued).toHaveLength(before);
    await database.db('drops').where({ id: drop.id }).update({ paused_at: null });
    await until('accepted');
    expect(queued.length).toBeGreaterThan(before);
  }
});

test('a drop that Redis has lost takes none either, until it is there again', async () => {
  await until('accepted');
  await redis.unlink(...inventory.keys.all({ dropId: drop.id, partition: 0 }));
  await until('unavailable');
  const before = queued.length;
  const refused: unknown = await enter(7).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 503, options: { retryAfter: expect.any(Number) as number } });
  expect(queued).toHaveLength(before);
  await inventory.stock(drop);
  await until('accepted');
});
