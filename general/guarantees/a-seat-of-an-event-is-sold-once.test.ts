/** Two drops of one event sell the same seats, which the API does not allow: MySQL gives each seat to one buyer only. */
import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { nameSoldSeats } from '../../shared/drops/name-sold-seats.ts';
import { hearNews } from '../../testing/news.ts';
import { eventually } from '../../testing/eventually.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
}, 60_000);
afterAll(() => system.stop());

const soon = { everyMs: 0, abandonedAfterMs: 0, now: Date.now };

/** Drops of the same event, with one row each. */
async function drops(...names: string[]): Promise<Drop[]> {
  const all: Drop[] = [];
  for (const name of names) {
    const drop = await system.openDrop(2);
    const sections = [{ name, rows: 1, seatsPerRow: 2 }];
    const event_id = all[0]?.eventId ?? drop.eventId;
    await system
      .db('drops')
      .where({ id: drop.id })
      .update({ event_id, sections: JSON.stringify(sections) });
    all.push({ ...drop, eventId: event_id, sections });
  }
  return all;
}

const pay = (buyer: TestUser, checkoutToken: string) =>
  request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken, payment: { token: system.cards.approved } });

async function buy(drop: Drop, quantity = 1) {
  const buyer = await system.user();
  const { place, hold, token } = await system.hold(drop, buyer, quantity);
  const { status, body } = await pay(buyer, token);
  return { buyer, place, hold, token, answer: { status, body: body as object } };
}

test('the second buyer of a seat gets the money back once, is told, and holds nothing any more', async () => {
  const [one, two] = (await drops('Floor', 'ＦＬＯＯＲ')) as [Drop, Drop];
  const first = await buy(one, 2);
  expect(first.answer).toMatchObject({ status: 201 });
  const news = await hearNews(system.redis, system.inventory.keys, two.id);
  const second = await buy(two);
  expect(second.hold.seats).toEqual(['0.1']);
  expect(second.answer).toMatchObject({ status: 409, body: { code: 'seats_lost' } });

  await reconcilePayments(system.deps, soon);
  expect(await system.chargesOf(second.hold.holdId)).toEqual([
    { approved: true, refunds: 1, givenBack: 4500, amount: 4500 },
  ]);
  expect(await system.chargesOf(first.hold.holdId)).toMatchObject([{ approved: true, refunds: 0 }]);
  expect(await system.db('orders').where({ drop_id: two.id })).toEqual([]);
  expect(await system.db('sold_seats').where({ event_id: one.eventId }).pluck('order_id')).toEqual([
    first.hold.holdId,
    first.hold.holdId,
  ]);
  const { buyer, place, token } = second;
  const told = { event: 'hold:released', entry: { status: 'released', reason: 'seats_lost' } };
  await eventually(() => expect(news.forBuyer(buyer.userId)).toMatchObject([told]));
  expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'released' });
  // If the token is used again, nothing more is charged.
  expect(await pay(buyer, token)).toMatchObject({ status: 409, body: { code: 'seats_lost' } });
  expect(await system.chargesOf(second.hold.holdId)).toHaveLength(1);
  await news.stop();
});

test('of buyers in two drops who pay for the same seat at once, one gets it', async () => {
  for (let time = 0; time < 5; time += 1) {
    const both = await drops('Floor', 'floor');
    const bought = await Promise.all(both.map((drop) => buy(drop, 2)));
    expect(bought.map(({ answer }) => String(answer.status)).toSorted()).toEqual(['201', '409']);
    const won = bought.find(({ answer }) => answer.status === 201)!;
    const rows = system.db('sold_seats').where({ event_id: both[0]!.eventId });
    expect(new Set(await rows.pluck('order_id'))).toEqual(new Set([won.hold.holdId]));
  }
});

test('what the refund of one gives back, the other can sell', async () => {
  const [one, two] = (await drops('Floor', 'Floor')) as [Drop, Drop];
  const first = await buy(one, 2);
  await request(system.app)
    .post(`/api/orders/${first.hold.holdId}/refund`)
    .set(system.organizer.bearer)
    .expect(200);
  expect((await buy(two, 2)).answer).toMatchObject({ status: 201 });
});

test('sections that only MySQL’s own comparison takes for one are two', async () => {
  for (const drop of await drops('Cafe', 'Café', 'Café 2'))
    expect((await buy(drop, 2)).answer).toMatchObject({ status: 201 });
});

test('what code of the version before has sold gets its names, and what it sold twice is found', async () => {
  const [one, two] = (await drops('Floor', 'Floor')) as [Drop, Drop];
  const first = await buy(one, 2);
  const before = await system.db('sold_seats').where({ drop_id: one.id }).orderBy('seat_id');
  const unnamed = { event_id: null, section_key: null, row_label: null, seat_number: null };
  await system.db('sold_seats').where({ drop_id: one.id }).update(unnamed);
  const second = await buy(two);
  expect(second.answer).toMatchObject({ status: 201 });

  const conflict = { eventId: one.eventId, section: 'floor', row: '1', number: 1 };
  const orders = [second.hold.holdId, first.hold.holdId];
  expect(await nameSoldSeats(system.db)).toEqual({ named: 1, conflicts: [{ ...conflict, orders }] });
  expect(await nameSoldSeats(system.db)).toEqual({ named: 0, conflicts: [{ ...conflict, orders }] });
  await request(system.app)
    .post(`/api/orders/${second.hold.holdId}/refund`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(await nameSoldSeats(system.db)).toEqual({ named: 1, conflicts: [] });
  expect(await system.db('sold_seats').where({ drop_id: one.id }).orderBy('seat_id')).toEqual(before);
});
