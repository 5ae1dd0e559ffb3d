import request from 'supertest';
import type { OwnEntries } from '../../shared/contract/own-entries.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { insertEvent, insertStockedDrop } from '../../testing/insert-drop.ts';
import { createTestInventory, type TestInventory } from '../../testing/inventory.ts';
import { listedEntries } from '../../testing/general/listed-entries.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let stocks: TestInventory;
let inventory: Inventory;
let general: TestGeneral;
beforeAll(async () => {
  stocks = createTestInventory();
  ({ inventory } = stocks);
  general = await startGeneral({ inventory });
});
afterAll(async () => {
  await general.stop();
  await stocks.stop();
});
afterEach(() => general.assertQuiet());

const oneRow = (seatsPerRow: number) => [{ name: 'Stalls', rows: 1, seatsPerRow }];
const newDrop = (changes: Partial<Drop> = {}) =>
  insertStockedDrop(general.db, (drop) => inventory.stock(drop), changes);
const placeIn = ({ id }: Drop) => ({ dropId: id, partition: 0 });
const enter = (drop: Drop, { userId }: TestUser, quantity = 1) =>
  stocks.claim(placeIn(drop), `${userId}:${quantity}`);

async function entriesOf(user: TestUser): Promise<OwnEntries> {
  const answer = await request(general.app).get('/api/me/entries').set(user.bearer).expect(200);
  return answer.body as OwnEntries;
}

test('first what needs the buyer, then standby, then what ended and why; neither tokens nor orders', async () => {
  const [buyer, other] = [await general.user(), await general.user()];
  const small = { sections: oneRow(1), maxPerBuyer: 1 };
  const [lapsed, given, full, waiting, held, paying, bought, cancelled, untouched] = [
    await newDrop({ opensAt: Date.now() - 30_000 }),
    await newDrop({ opensAt: Date.now() - 40_000 }),
    await newDrop({ ...small, opensAt: Date.now() - 50_000 }),
    await newDrop({ ...small, standbyLimit: 5 }),
    await newDrop({ holdSeconds: 500 }),
    await newDrop({ holdSeconds: 400 }),
    await newDrop(),
    await newDrop({ opensAt: Date.now() - 55_000 }),
    await newDrop(),
  ];
  for (const drop of [full, waiting]) await enter(drop, other);
  for (const drop of [full, waiting, given, cancelled]) await enter(drop, buyer);
  await enter(held, buyer, 2);
  await enter(untouched, other);
  const payment = await stocks.hold(placeIn(paying), buyer.userId);
  await inventory.beginPayment(placeIn(paying), payment, newBatchId());
  const paid = await stocks.hold(placeIn(bought), buyer.userId);
  await inventory.beginPayment(placeIn(bought), paid, newBatchId());
  await inventory.completePayment(placeIn(bought), paid);
  await inventory.leave(placeIn(given), buyer.userId);
  const { holdId } = await stocks.hold(placeIn(lapsed), buyer.userId);
  await stocks.letLapse(placeIn(lapsed), holdId);
  await inventory.release(placeIn(lapsed), holdId);
  await inventory.cancel(placeIn(cancelled));

  const { items, isComplete, serverTime } = await entriesOf(buyer);
  expect(isComplete).toBe(true);
  expect(serverTime).toEqual(expect.any(String));
  const shown = items.map(({ drop, status, seats, position, reason }) => ({
    id: drop.id,
    is: [status, reason, position, seats?.length].filter((each) => each !== undefined).join(' '),
  }));
  expect(shown).toEqual([
    { id: paying.id, is: 'paying 1' },
    { id: held.id, is: 'held 2' },
    { id: waiting.id, is: 'standby 1' },
    { id: lapsed.id, is: 'released expired' },
    { id: given.id, is: 'released given_back' },
    { id: full.id, is: 'sold_out' },
    { id: cancelled.id, is: 'released cancelled' },
  ]);
  expect(items[1]).toMatchObject({
    drop: { id: held.id, seatPrice: { amount: 4500, currency: 'EUR' } },
    event: { title: 'A Night of Strings', venue: 'Old Mill', timeZone: 'UTC' },
    expiresAt: expect.any(String),
  });
  expect(JSON.stringify(items)).not.toContain('checkoutToken');

  await stocks.letClose(placeIn(waiting));
  const after = (await entriesOf(buyer)).items.find(({ drop }) => drop.id === waiting.id);
  expect(after).toMatchObject({ status: 'released', reason: 'closed' });
  expect((await entriesOf(await general.user())).items).toEqual([]);
});

test('a drop that has been over for more than a week is not asked, nor one that is not open yet', async () => {
  const buyer = await general.user();
  const [old, scheduled] = [await newDrop(), await newDrop()];
  for (const drop of [old, scheduled]) await enter(drop, buyer);
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  const change = (drop: Drop, changes: object) => general.db('drops').where({ id: drop.id }).update(changes);
  await change(scheduled, { opens_at: days(1) });
  await change(old, { sale_ended_at: days(-6) });
  const listed = async () =>
    (await listedEntries(general.deps, buyer.userId)).items.map(({ drop }) => drop.id);
  expect(await listed()).toEqual([old.id]);
  await change(old, { sale_ended_at: days(-8) });
  expect(await listed()).toEqual([]);
});

test('with 100 drops on sale and 1,000 that are over, each drop on sale is asked once and the others by one query', async () => {
  const buyer = await general.user();
  const eventId = await insertEvent(general.db);
  const pattern = await newDrop();
  const { id: _, ...row } = (await general.db('drops').where({ id: pattern.id }).first()) as { id: number };
  const sections = JSON.stringify(pattern.sections);
  const ended = { ...row, event_id: eventId, sections, sale_ended_at: new Date(), retired_at: new Date() };
  await general.db.batchInsert(
    'drops',
    Array.from({ length: 1_000 }, () => ended),
    200,
  );
  const onSale = await Promise.all(Array.from({ length: 100 }, () => newDrop()));
  await enter(onSale[40]!, buyer);

  const sent = jest.spyOn(stocks.redis, 'sendCommand');
  let queries = 0;
  general.db.on('query', () => (queries += 1));
  const { items, isComplete } = await listedEntries(general.deps, buyer.userId);
  const commands = sent.mock.calls.length;
  sent.mockRestore();
  expect(items.map(({ drop }) => drop.id)).toEqual([onSale[40]!.id]);
  expect(isComplete).toBe(true);
  const drops = await general
    .db('drops')
    .whereNull('retired_at')
    .where('opens_at', '<=', new Date())
    .count<{ count: number }[]>({ count: '*' });
  expect(commands).toBeLessThan(drops[0]!.count + 5);
  expect(queries).toBeLessThan(8);
});
