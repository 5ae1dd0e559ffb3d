import request from 'supertest';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { eventually } from '../../testing/eventually.ts';
import { hearNews } from '../../testing/news.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { inSeconds } from '../../testing/general/new-drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { createCloseDrops } from '../drops/close-drops.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

const entryOf = async ({ id }: Drop, buyer: TestUser) =>
  (await request(system.app).get(`/api/drops/${id}/entry`).set(buyer.bearer).expect(200)).body as object;
const leave = ({ id }: Drop, buyer: TestUser) =>
  request(system.app).delete(`/api/drops/${id}/entry`).set(buyer.bearer);

async function enter(drop: Drop, buyer: TestUser): Promise<string> {
  const batch = { id: newBatchId(), packed: `${buyer.userId}:1` };
  const claimed = await system.inventory.claim({ dropId: drop.id, partition: 0 }, batch, {
    mayBorrow: false,
  });
  return claimed.kind === 'decided' ? (claimed.outcomes[0]?.kind ?? '') : claimed.kind;
}

/** Sets closesAt to a time in the past, in MySQL and in Redis. */
async function letClose({ id }: Drop): Promise<void> {
  await system
    .db('drops')
    .where({ id })
    .update({ closes_at: new Date(Date.now() - 1) });
  const drop = (await loadDrop(system.db, id))!;
  await system.inventory.stock(drop, { again: true });
}

/** A closed drop with one seat, which is held, and a buyer in standby. */
async function closedDrop() {
  const drop = await system.openDrop(1, { standbyLimit: 5 });
  const [holder, waiting] = [await system.user(), await system.user()];
  const held = await system.hold(drop, holder, 1);
  expect(await enter(drop, waiting)).toBe('standby');
  expect(await entryOf(drop, waiting)).toMatchObject({ status: 'standby', position: 1 });
  await letClose(drop);
  return { drop, holder, waiting, ...held };
}

test('the API says that standby has ended from the moment the drop is closed, before anybody has ended it', async () => {
  const { drop, waiting } = await closedDrop();
  expect(await entryOf(drop, waiting)).toMatchObject({ status: 'released', reason: 'closed' });
  expect((await leave(drop, waiting)).body).toMatchObject({ code: 'no_entry' });
});

test('everybody in standby is told over the socket, and the ledger has it', async () => {
  const { drop, waiting, place } = await closedDrop();
  const news = await hearNews(system.redis, system.inventory.keys, drop.id);
  await createCloseDrops(system.deps)();
  await eventually(() => news.forBuyer(waiting.userId).length > 0);
  expect(news.forBuyer(waiting.userId)).toMatchObject([
    { event: 'hold:released', entry: { status: 'released', reason: 'closed' } },
  ]);
  await news.stop();
  const [own] = (await system.inventory.ledgerEntries(place, '-', 100)).filter(
    ([, [, kind]]) => kind === 'end',
  );
  expect(own?.[1].join()).toContain(`${waiting.userId}:`);
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 0, held: 1 });
});

test('killed after telling and before it is recorded, everybody is told again and it is recorded once', async () => {
  const { drop, waiting, place } = await closedDrop();
  const news = await hearNews(system.redis, system.inventory.keys, drop.id);
  let kills = 1;
  const close: typeof system.inventory.close = (at, closesAt, told) => {
    if (told.length > 0 && kills-- > 0) throw new Error('killed');
    return system.inventory.close(at, closesAt, told);
  };
  const dying = { ...system.deps, inventory: { ...system.inventory, close } };
  await createCloseDrops(dying)();
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 1 });
  await createCloseDrops(system.deps)();
  await eventually(() => news.forBuyer(waiting.userId).length > 1);
  await news.stop();
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 0 });
  const ends = (await system.inventory.ledgerEntries(place, '-', 100)).filter(
    ([, [, kind]]) => kind === 'end',
  );
  expect(ends).toHaveLength(1);
});

test('a seat that comes free after closing is nobody’s: no promotion, no news of one, nothing to pay', async () => {
  const { drop, holder, waiting } = await closedDrop();
  const news = await hearNews(system.redis, system.inventory.keys, drop.id);
  expect((await leave(drop, holder)).status).toBe(200);
  await createCloseDrops(system.deps)();
  await eventually(() => news.forBuyer(waiting.userId).length > 0);
  expect(news.forBuyer(waiting.userId).map(({ event }) => event)).toEqual(['hold:released']);
  await news.stop();
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 1, held: 0, standby: 0 });
  expect(await entryOf(drop, waiting)).toMatchObject({ status: 'released', reason: 'closed' });
});

test('a hold that was given before is paid after closing, and refunded after it its seat stays free', async () => {
  const { drop, holder, hold, place } = await closedDrop();
  expect(await payHold(system.deps, place, hold, { token: 'tok_approved' })).toMatchObject({ kind: 'paid' });
  expect(await entryOf(drop, holder)).toMatchObject({ status: 'sold' });
  await requestRefunds(system.db, { id: hold.holdId });
  await advanceRefund(system.deps, hold.holdId);
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 1, held: 0, sold: 0 });
});

test('an entry that was accepted in time and is decided after closing gets a free seat, or nothing', async () => {
  const drop = await system.openDrop(1, { standbyLimit: 5 });
  const [first, second] = [await system.user(), await system.user()];
  await letClose(drop);
  expect(await enter(drop, first)).toBe('held');
  expect(await enter(drop, second)).toBe('sold_out');
  expect(await entryOf(drop, second)).toMatchObject({ status: 'sold_out' });
});

test('moving the closing moves the end of standby', async () => {
  const drop = await system.openDrop(1, { standbyLimit: 5 });
  const place = { dropId: drop.id, partition: 0 };
  const inRedis = async () =>
    Number(await system.redis.hget(system.inventory.keys.key(place, 'meta'), 'closesAt'));
  for (const seconds of [9_000, 6_000]) {
    const closesAt = inSeconds(seconds);
    await request(system.app)
      .patch(`/api/drops/${drop.id}`)
      .set(system.organizer.bearer)
      .send({ closesAt })
      .expect(200);
    expect(await inRedis()).toBe(Date.parse(closesAt));
  }
});

test('a closing that Redis has seen come cannot be moved any more', async () => {
  const { drop, waiting } = await closedDrop();
  // As if the clock of this process were behind that of Redis.
  await system
    .db('drops')
    .where({ id: drop.id })
    .update({ closes_at: new Date(Date.now() + 60_000) });
  const answer = await request(system.app)
    .patch(`/api/drops/${drop.id}`)
    .set(system.organizer.bearer)
    .send({ closesAt: inSeconds(7_200) });
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ code: 'drop_closed' });
  expect(await entryOf(drop, waiting)).toMatchObject({ status: 'released', reason: 'closed' });
});
