import request from 'supertest';
import type { Database } from '../../shared/mysql/connect.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { orderIdQueries, type OrderIdQuery } from './find-order-ids.ts';
import { paidToPlatform } from './list-paid-to-platform.ts';

let general: TestGeneral;
let organizer: TestUser;
let other: TestUser;
let admin: TestUser;
let drop: { id: number; eventId: number };
let foreignDrop: { id: number; eventId: number };
beforeAll(async () => {
  general = await startGeneral();
  [organizer, other, admin] = await Promise.all([
    general.user('organizer'),
    general.user('organizer'),
    general.user('admin'),
  ]);
  drop = await createDrop(general, organizer);
  foreignDrop = await createDrop(general, other);
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

async function buyer(name: string, email?: string): Promise<number> {
  const user = await general.user();
  await general
    .db('users')
    .where({ id: user.userId })
    .update({ name, email: email ?? user.email });
  return user.userId;
}
const order = (userId: number, seats: string[], dropId = drop.id) =>
  insertOrder(general.db, { dropId, userId, seats });

type Found = { items: { id: string; eventTitle: string; buyer: { name: string } }[]; next: string | null };
const search = (q: string, by = organizer, more: Record<string, string> = {}) =>
  request(general.app)
    .get('/api/orders/search')
    .query({ q, ...more })
    .set(by.bearer);
async function idsFor(q: string, by?: TestUser): Promise<string[]> {
  const { body } = await search(q, by).expect(200);
  return (body as Found).items.map(({ id }) => id).toSorted();
}

test('an order is found by the beginning of its id, its buyer’s e-mail, name and last name, in any case', async () => {
  const id = await order(await buyer('Ada Émilie Lovelace', 'ada.king@example.test'), ['0.1']);
  await order(await buyer('Grace Hopper'), ['0.2']);
  for (const text of [id, id.slice(0, 14), 'ada.k', 'ADA.KING@EXAMPLE.TEST', 'Ada É', 'ada e', 'lovel'])
    expect([text, await idsFor(text)]).toEqual([text, [id]]);
  for (const text of ['king', 'milie', 'example.test', 'zz'])
    expect([text, await idsFor(text)]).toEqual([text, []]);
});

test('a result says whose order it is, and of which event', async () => {
  const id = await order(await buyer('Mary Somerville'), ['0.3', '0.4']);
  const { body } = await search('somerv').expect(200);
  expect(body).toMatchObject({
    items: [
      {
        id,
        dropId: drop.id,
        eventTitle: 'A Night of Strings',
        buyer: { name: 'Mary Somerville' },
        seats: [{ id: '0.3' }, { id: '0.4' }],
      },
    ],
    next: null,
  });
});

test('an order is found by the provider’s ids of its payment, its refund and its dispute', async () => {
  const userId = await buyer('Emmy Noether');
  const id = await order(userId, ['0.5']);
  const of = { hold_id: id, attempt: 1, provider: 'stripe', amount: 9000, currency: 'EUR' };
  await general.db('payment_attempts').insert({
    ...of,
    drop_id: drop.id,
    partition: 0,
    user_id: userId,
    seats: '0.5',
    status: 'approved',
    provider_ref: 'pi_3AbC0000searched',
  });
  await general.db('disputes').insert({
    ...of,
    provider_ref: 'du_1AbCdispute',
    reason: 'fraudulent',
    status: 'won',
    opened_at: new Date(),
  });
  await general.db('refunds').insert({
    order_id: id,
    number: 1,
    amount: 100,
    currency: 'EUR',
    reason: 'organizer',
    status: 'done',
    provider_ref: 're_1AbCrefund',
  });
  for (const text of ['pi_3AbC0000searched', 'pi_3AbC', 'du_1AbC', 're_1AbC'])
    expect([text, await idsFor(text)]).toEqual([text, [id]]);
  // The wildcard of LIKE stands for itself.
  expect(await idsFor('pi_3AbC_000')).toEqual([]);
});

test('an order is found by a seat, also after its refund', async () => {
  const id = await order(await buyer('Sofja Kowalewskaja'), ['1.7']);
  for (const text of ['Stalls, row 2, seat 7', 'stalls 2 7', 'Stalls 2 排 7 號', '1.7'])
    expect([text, await idsFor(text)]).toEqual([text, [id]]);
  expect(await idsFor('Balcony 2 7')).toEqual([]);
  const balcony = await order(await buyer('Hypatia'), ['2.3']);
  expect(await idsFor('Balcony, row 1, seat 3')).toEqual([balcony]);
});

test('organizers find orders of their own drops only, admins all', async () => {
  const userId = await buyer('Rosalind Franklin');
  const own = await order(userId, ['0.9']);
  const foreign = await order(userId, ['0.9'], foreignDrop.id);
  for (const text of ['Rosalind', 'frankl', 'stalls 1 9']) {
    expect(await idsFor(text)).toEqual([own]);
    expect(await idsFor(text, other)).toEqual([foreign]);
    expect(await idsFor(text, admin)).toEqual([own, foreign].toSorted());
  }
  expect(await idsFor(foreign)).toEqual([]);
  await search('Rosalind', await general.user()).expect(403);
  await request(general.app).get('/api/orders/search?q=Rosalind').expect(401);
});

test('admins list the orders of one user, page by page, and nobody else’s', async () => {
  const [userId, namesake] = [await buyer('Lise', 'lise@x.co'), await buyer('Lise', 'lise@x.com')];
  const ids = [await order(userId, ['0.6']), await order(userId, ['0.6'], foreignDrop.id)].toReversed();
  for (const [index, id] of ids.entries())
    await general
      .db('orders')
      .where({ id })
      .update({ created_at: new Date(1_800_000_000_000 - index) });
  await order(namesake, ['0.7']);
  const page = (id: number, more: Record<string, string> = {}, by = admin) =>
    request(general.app).get(`/api/users/${id}/orders`).query(more).set(by.bearer);
  const [first, all] = [await page(userId, { limit: '1' }), await page(userId)];
  const { items, next } = first.body as Found;
  const { body: rest } = await page(userId, { limit: '1', after: next! }).expect(200);
  expect([...items, ...(rest as Found).items].map(({ id }) => id)).toEqual(ids);
  expect(all.body).toMatchObject({ items: [{ id: ids[0] }, { id: ids[1] }], next: null });
  expect((await page(4_294_967_295)).body).toEqual({ items: [], next: null });
  await page(userId, {}, organizer).expect(403);
});

test('wildcards and quotes stand for themselves', async () => {
  const id = await order(await buyer("100%_O'Brien\\"), ['0.10']);
  await order(await buyer('100 other'), ['1.1']);
  for (const text of ['100%', '100%_', "100%_O'", "100%_O'Brien\\"]) expect(await idsFor(text)).toEqual([id]);
  for (const text of ['%%', '__', '\\%', "' or 1=1 -- "]) expect(await idsFor(text)).toEqual([]);
});

test.each([
  ['', 'required'],
  [' ', 'required'],
  ['a', 'too_short'],
  ['x'.repeat(101), 'too_long'],
  ['a\nb', 'line_breaks'],
])('%j is refused, with the reason', async (q, code) => {
  const { body } = await search(q).expect(422);
  expect(body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/q', code }] });
});

async function statusOf(query: string): Promise<number> {
  return (await request(general.app).get(`/api/orders/search${query}`).set(organizer.bearer)).status;
}

test('a search without a text, twice or with other fields is refused', async () => {
  for (const query of ['', '?q=ab&q=cd', '?q=ab&dropId=1', '?q=ab&after=x', '?q=ab&limit=0'])
    expect([query, await statusOf(query)]).toEqual([query, 422]);
});

test('results come newest first, page by page', async () => {
  const userId = await buyer('Ming Antu');
  const ids: string[] = [];
  for (let seat = 1; seat <= 5; seat += 1) {
    const id = await order(userId, [`2.${seat}`]);
    await general
      .db('orders')
      .where({ id })
      .update({ created_at: new Date(1_800_000_000_000 + seat) });
    ids.unshift(id);
  }
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const more: Record<string, string> = { limit: '2', ...(after !== undefined && { after }) };
    const { body } = await search('antu', organizer, more).expect(200);
    const { items, next } = body as Found;
    seen.push(...items.map(({ id }) => id));
    after = next ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(ids);
});

describe('with many orders', () => {
  beforeAll(async () => {
    const { db } = general;
    const people = Array.from({ length: 3_000 }, (_, index) => ({
      email: `crowd-${index}@seatdrop.test`,
      name: `Crowd Person${index}`,
      role: 'shopper',
      password_hash: 'none',
    }));
    await db.batchInsert('users', people, 1_000);
    const users: { id: number }[] = await db('users').where('email', 'like', 'crowd-%').select('id');
    const orders = users.map(({ id }, index) => ({
      id: `${String(index).padStart(14, 'c')}-9`,
      drop_id: drop.id,
      partition: 0,
      user_id: id,
      attempt: 1,
      amount: 4500,
      currency: 'EUR',
      status: 'paid',
    }));
    await db.batchInsert('orders', orders, 1_000);
    await db.batchInsert(
      'order_seats',
      orders.map(({ id }, index) => ({ order_id: id, seat_id: `${index % 2}.${(index % 10) + 1}` })),
      1_000,
    );
    await db.batchInsert(
      'payment_attempts',
      orders.map(({ id, user_id }, index) => ({
        hold_id: id,
        attempt: 1,
        drop_id: drop.id,
        partition: 0,
        user_id,
        seats: '0.1',
        provider: 'stripe',
        amount: 4500,
        currency: 'EUR',
        status: 'approved',
        provider_ref: `pi_crowd${String(index).padStart(6, '0')}`,
      })),
      1_000,
    );
    await db.raw('analyze table users, orders, order_seats, payment_attempts');
  });

  test('a text that more than 1,000 orders match is answered as too broad', async () => {
    const { body } = await search('crowd').expect(422);
    expect(body).toMatchObject({ code: 'search_too_broad' });
    expect(await idsFor('crowd-2999')).toHaveLength(1);
    expect(await idsFor('person2999')).toHaveLength(1);
  });

  test.each(['ccccccccccc2999-9', 'crowd-2999@sea', 'Person2999', 'pi_crowd002999', 'Stalls 2 7'])(
    'no query for %s reads a whole table',
    async (text) => {
      for (const scope of [{}, { organizerId: organizer.userId }])
        for (const query of await orderIdQueries(general.db, text, scope)) {
          const steps = await explained(general.db, query.limit(1_001));
          const scanned = steps.filter(({ type }) => type === 'ALL' || type === 'index');
          // Small tables; those that grow with the orders are read by an index.
          expect(scanned.filter(({ table }) => ['o', 'p'].includes(table))).toEqual([]);
        }
    },
  );
});

test('the orders that the platform took are read in the order of an index, also where all or few are', async () => {
  const { db } = general;
  const cursor = { time: new Date(), key: 'z' };
  for (const paidOut of [0, 2_999]) {
    await db('payment_attempts').orderBy('hold_id').limit(paidOut).update({ payout_account: 'acct_1' });
    await db.raw('analyze table payment_attempts');
    for (const query of [paidToPlatform(db, 'stripe', 21), paidToPlatform(db, 'stripe', 21, cursor)])
      expect(await explained(db, query)).toMatchObject([
        { key: 'payment_attempts_by_payout', Extra: expect.not.stringContaining('filesort') as string },
      ]);
  }
});

async function explained(db: Database, query: OrderIdQuery) {
  const { sql, bindings } = query.toSQL().toNative();
  const [rows] = (await db.raw(`explain ${sql}`, bindings as string[])) as [
    { table: string; type: string; key: string | null; Extra: string }[],
  ];
  return rows;
}
