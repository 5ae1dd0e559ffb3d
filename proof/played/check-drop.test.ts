import type { Drop } from '../../shared/drops/drop.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { createTestInventory, type TestInventory } from '../../testing/inventory.ts';
import type { Charge } from './charges.ts';
import { checkDrop } from './check-drop.ts';
import { createReport } from '../violation.ts';

let database: TestDatabase;
let system: TestInventory;
beforeAll(async () => {
  database = await createTestDatabase();
  system = createTestInventory();
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

type SoldSeats = { drop: Drop; hold: NewHold; charges: Charge[] };

/** One buyer has bought two seats; Redis, MySQL and the provider agree. */
async function sellTwoSeats(each = 1000): Promise<SoldSeats> {
  const { db } = database;
  const [userId = 0] = await db('users').insert({
    email: `${Math.random()}@seatdrop.test`,
    name: 'Ann',
    password_hash: 'none',
  });
  const loaded = await insertDrop(db, await insertEvent(db), {
    sections: [{ name: 'Floor', rows: 1, seatsPerRow: 4 }],
    price: { amount: each, currency: 'EUR' },
  });
  const dropId = loaded.id;
  const { drop, place } = await system.openDrop(loaded);
  const held = await system.hold(place, userId, 2);
  const hold = { ...held, heldAt: 0, version: 1 };
  await system.inventory.beginPayment(place, hold, 'payer');
  await system.inventory.completePayment(place, hold);

  const payment = { amount: 2 * each, currency: 'EUR' };
  const columns = { drop_id: dropId, partition: 0, user_id: userId, attempt: 1, ...payment };
  await db('orders').insert({ id: hold.holdId, status: 'paid', ...columns });
  await db('order_seats').insert(hold.seats.map((seat_id) => ({ order_id: hold.holdId, seat_id })));
  await db('sold_seats').insert(
    hold.seats.map((seat_id) => ({ drop_id: dropId, seat_id, order_id: hold.holdId })),
  );
  await db('payment_attempts').insert({
    hold_id: hold.holdId,
    seats: hold.seats.join(','),
    provider: each === 0 ? 'free' : 'sandbox',
    status: 'approved',
    ...columns,
  });
  await db('outbox').insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: hold.holdId }) });
  const charge = { key: `${hold.holdId}.1`, status: 'approved' as const, refundedAmount: 0, ...payment };
  return { drop, hold, charges: each === 0 ? [] : [charge] };
}

async function check({ drop, charges }: SoldSeats) {
  const { violations, report } = createReport();
  const { inventory } = system;
  const listCharges = () => Promise.resolve(charges);
  await checkDrop({ inventory, db: database.db, listCharges }, drop, report);
  return violations.map(({ rule, what }) => `${rule}: ${what}`);
}

test.each([1000, 0])('books that agree (%i each)', async (each) => {
  expect(await check(await sellTwoSeats(each))).toEqual([]);
});

test('seats that cost nothing, but somebody was charged for them', async () => {
  const sold = await sellTwoSeats(0);
  const key = `${sold.hold.holdId}.1`;
  sold.charges.push({ key, status: 'approved', amount: 100, currency: 'EUR', refundedAmount: 0 });
  expect(await check(sold)).toEqual([expect.stringContaining('is not paid for by its charge')]);
});

test('a paid order whose attempt says that it cost nothing', async () => {
  const sold = await sellTwoSeats();
  sold.charges.pop();
  await database.db('payment_attempts').where({ hold_id: sold.hold.holdId }).update({ provider: 'free' });
  expect(await check(sold)).toEqual([expect.stringContaining('is not paid for by its charge')]);
});

test.each<[string, (sold: SoldSeats) => unknown, string]>([
  [
    'a seat that is missing in sold_seats',
    ({ hold }) => database.db('sold_seats').where({ order_id: hold.holdId }).limit(1).delete(),
    '1 one owner: seats of paid orders are not in sold_seats',
  ],
  [
    'a seat that another drop of the event has sold too',
    async ({ drop, hold }) => {
      const { db } = database;
      // Written by code from before seats had names, so the unique key does not prevent it.
      const other = await insertDrop(db, drop.eventId, {
        sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }, ...drop.sections],
      });
      const [, number] = hold.seats[0]!.split('.');
      await db('sold_seats').insert({ drop_id: other.id, seat_id: `1.${number}`, order_id: hold.holdId });
    },
    'of the event too',
  ],
  [
    'a seat under the name of another one',
    ({ drop, hold }) =>
      database
        .db('sold_seats')
        .where({ order_id: hold.holdId })
        .limit(1)
        .update({ event_id: drop.eventId, section_key: 'floor', row_label: '2', seat_number: 1 }),
    'has another seat’s name in MySQL',
  ],
  [
    'a sale that MySQL does not know',
    async ({ hold }) => {
      for (const table of ['sold_seats', 'order_seats'])
        await database.db(table).where({ order_id: hold.holdId }).delete();
      await database.db('orders').where({ id: hold.holdId }).delete();
    },
    'is sold in Redis without a paid order',
  ],
  [
    'an order that Redis does not know',
    ({ drop, hold }) => system.inventory.reopen({ dropId: drop.id, partition: 0 }, hold.holdId),
    'is paid, but its hold is not sold in Redis',
  ],
  [
    'an order of another price',
    ({ hold }) => database.db('orders').where({ id: hold.holdId }).update({ amount: 1 }),
    '5 money: order',
  ],
  [
    'an order without its e-mail',
    ({ hold }) =>
      database
        .db('outbox')
        .where('payload', JSON.stringify({ orderId: hold.holdId }))
        .delete(),
    'has 0 e-mails to send instead of one',
  ],
  [
    'an order with two e-mails',
    ({ hold }) =>
      database
        .db('outbox')
        .insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: hold.holdId }) }),
    'has 2 e-mails to send instead of one',
  ],
  ['an order that nobody was charged for', ({ charges }) => charges.pop(), 'is not paid for by its charge'],
  [
    'a hold that was charged twice',
    ({ charges, hold }) => charges.push({ ...charges[0]!, key: `${hold.holdId}.2` }),
    'was charged 2 times',
  ],
  [
    'an order whose money was given back',
    ({ charges }) => charges.splice(0, 1, { ...charges[0]!, refundedAmount: charges[0]!.amount }),
    'another amount was given back than its refunds',
  ],
  [
    'a payment that is left undecided',
    ({ hold }) =>
      database.db('payment_attempts').where({ hold_id: hold.holdId }).update({ status: 'refund_due' }),
    '5 money: a payment is left undecided',
  ],
  [
    'a hold that is left',
    ({ drop }) => system.hold({ dropId: drop.id, partition: 0 }, 4_000_000_000),
    '5 holds end: hold',
  ],
])('%s', async (_what, tamper, expected) => {
  const sold = await sellTwoSeats();
  await tamper(sold);
  expect((await check(sold)).join('\n')).toContain(expected);
});
