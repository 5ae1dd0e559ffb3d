import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

const get = (path: string, by: TestUser = system.organizer) => request(system.app).get(path).set(by.bearer);
const report = async (id: number) =>
  (await get(`/api/drops/${id}/report`).expect(200)).body as {
    conversion: Record<string, number>;
    series: Record<string, number>[];
  };

const pay = (buyer: TestUser, checkoutToken: string) =>
  request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken, payment: { token: 'tok_approved' } })
    .expect(201);

test('entries, holds, promotions, payments and refunds are counted as they happened', async () => {
  const drop = await system.openDrop(2, { standbyLimit: 1 });
  const empty = { entries: 0, held: 0, paid: 0, lapsed: 0, promoted: 0, rate: null };
  expect(await report(drop.id)).toMatchObject({
    phase: 'open',
    capacity: 2,
    conversion: empty,
    lapseRate: null,
    soldOutAt: null,
    timeToSellOutSeconds: null,
    series: [],
  });

  const [ann, bob, cid, dan] = await Promise.all([1, 2, 3, 4].map(() => system.user()));
  const first = await system.hold(drop, ann!);
  await system.hold(drop, bob!);
  const packed = `${cid!.userId}:1,${dan!.userId}:1,${ann!.userId}:1`;
  await system.inventory.claim(first.place, { id: newBatchId(), packed }, { mayBorrow: false });
  const { body } = await pay(ann!, first.token);
  // Bob gives his hold back, and Cid is promoted.
  await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(bob!.bearer).expect(200);

  expect(await report(drop.id)).toMatchObject({
    seatsSold: 1,
    conversion: {
      entries: 5,
      held: 2,
      standby: 1,
      soldOut: 1,
      duplicates: 1,
      promoted: 1,
      paid: 1,
      givenBack: 1,
      lapsed: 0,
      refunded: 0,
      rate: 1 / 3,
    },
    lapseRate: 0,
    soldOutAt: expect.any(String) as string,
    timeToSellOutSeconds: expect.any(Number) as number,
    allPaidAt: null,
    orders: 1,
    revenue: { amount: 4500, currency: 'EUR' },
    refunds: { amount: 0, currency: 'EUR' },
  });

  const { id } = body as { id: string };
  await request(system.app).post(`/api/orders/${id}/refund`).set(system.organizer.bearer).expect(200);
  const after = await report(drop.id);
  expect(after).toMatchObject({
    seatsSold: 0,
    conversion: { entries: 5, paid: 1, refunded: 1 },
    orders: 0,
    revenue: { amount: 0 },
    refunds: { amount: 4500 },
  });
  // In a second report nothing is counted twice, and the minutes add up to the total.
  expect((await report(drop.id)).conversion).toEqual(after.conversion);
  for (const name of ['entries', 'held', 'standby', 'soldOut', 'promoted', 'paid', 'lapsed']) {
    expect(after.series.reduce((sum, minute) => sum + minute[name]!, 0)).toBe(after.conversion[name]);
  }
});

test('those who let their time pass are told apart', async () => {
  const drop = await system.openDrop(2);
  const { place, hold } = await system.hold(drop, await system.user());
  const { redis, key } = { redis: system.redis, key: system.inventory.keys.key(place, 'holds') };
  const record = (await redis.hget(key, hold.holdId))!;
  await redis.hset(key, hold.holdId, record.replace(String(hold.expiresAt), String(Date.now() - 1_000)));
  await system.inventory.release(place, hold.holdId);
  expect(await report(drop.id)).toMatchObject({
    conversion: { held: 1, lapsed: 1, givenBack: 0, rate: 0 },
    lapseRate: 1,
    soldOutAt: null,
  });
});

test('a sale of several parts and many batches adds up, whoever asks at the same time', async () => {
  const sections = [{ name: 'Stalls', rows: 20, seatsPerRow: 20 }];
  const { id } = await createDrop(system, system.organizer, { sections, partitions: 2, standbyLimit: 0 });
  const claim = (partition: number, packed: string) =>
    system.inventory.claim({ dropId: id, partition }, { id: newBatchId(), packed }, { mayBorrow: false });
  for (let batch = 0; batch < 250; batch += 1) {
    for (const partition of [0, 1]) {
      const packed = [0, 1].map((n) => `${(batch * 2 + n + 1) * 2 + partition}:1`).join(',');
      await claim(partition, packed);
    }
    if (batch === 100) await report(id);
  }
  const reports = await Promise.all([1, 2, 3].map(() => report(id)));
  for (const { conversion } of reports) {
    expect(conversion).toMatchObject({ entries: 1_000, held: 400, soldOut: 600, duplicates: 0 });
  }
  expect(reports[0]).toMatchObject({ soldOutAt: expect.any(String) as string });
});

test('stats tell revenue, orders and speed while the sale goes on', async () => {
  const drop = await system.openDrop(4);
  const stats = async () =>
    (await get(`/api/drops/${drop.id}/stats`).expect(200)).body as Record<string, number | null>;
  const first = await stats();
  expect(first).toMatchObject({ orders: 0, entriesPerSecond: null, decisionsPerSecond: null });
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer, 2);
  await pay(buyer, token);
  await system.inventory.noteAccepted(drop.id, 30);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const then = await stats();
  expect(then).toMatchObject({
    orders: 1,
    revenue: { amount: 9000, currency: 'EUR' },
    phase: 'open',
    paused: false,
  });
  expect(then['decisionsPerSecond']).toBeGreaterThan(0);
  expect(then['entriesPerSecond']).toBeGreaterThan(then['decisionsPerSecond']!);
});

test('reports, exports and orders are for the organizer and admins', async () => {
  const drop = await system.openDrop();
  for (const what of ['report', 'report.csv', 'orders']) {
    const path = `/api/drops/${drop.id}/${what}`;
    await request(system.app).get(path).expect(401);
    for (const other of [await system.user(), await system.user('organizer')])
      await get(path, other).expect(403);
    await get(path, admin).expect(200);
    for (const id of ['4294967295', 'x', '0']) {
      const { body } = await get(`/api/drops/${id}/${what}`, admin).expect(404);
      expect(body).toMatchObject({ code: 'not_found' });
    }
  }
});
