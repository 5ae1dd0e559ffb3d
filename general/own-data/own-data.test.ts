import request from 'supertest';
import { watchBannedUsers } from '../../shared/auth/banned-users.ts';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { printHere } from '../../testing/print-here.ts';
import { createArchiving } from '../duties/archive-ledgers.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { createErasing } from './erase-kept.ts';
import { personalColumns, userColumns } from './personal-data.ts';

let system: GeneralSystem;
let catcher: MailCatcher;
let route: MailRoute;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: system.deps.log });
});
afterAll(async () => {
  route.close();
  await catcher.close();
  await system.stop();
});
afterEach(() => system.assertQuiet());

const password = 'correct horse battery';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const post = (path: string, body: object) => request(system.app).post(`/api/auth/${path}`).send(body);

type Person = TestUser & { name: string };
let people = 0;
async function person(name = 'Ida Leaver'): Promise<Person> {
  people += 1;
  const email = `leaver${people}@example.org`;
  const { body } = await post('signup', { email, password, name }).expect(201);
  const { user, token } = body as { user: { id: number }; token: string };
  return { userId: user.id, role: 'shopper', email, name, token, bearer: bearer(token) };
}

const remove = ({ bearer: by }: TestUser, body: object = { password }) =>
  request(system.app).delete('/api/me').set(by).send(body);
const get = (path: string, by: TestUser) => request(system.app).get(path).set(by.bearer);
const rowOf = ({ userId }: TestUser) =>
  system.db('users').where({ id: userId }).first<Record<string, unknown>>();

async function mailsTo(email: string) {
  await relayMails({ ...system.deps, timeZone: 'UTC', route });
  return catcher.mails.filter(({ to }) => to[0] === email);
}

async function exportOf(by: TestUser) {
  const { text, headers } = await get('/api/me/export', by).expect(200);
  return { text, headers, data: JSON.parse(text) as Record<string, Record<string, unknown>[]> };
}

/** Ends the event of a drop, so that its tickets stand in nobody's way. */
const pass = async (dropId: number) => {
  const { event_id } = await system.db('drops').where({ id: dropId }).first<{ event_id: number }>('event_id');
  await system
    .db('events')
    .where({ id: event_id })
    .update({ starts_at: new Date(Date.now() - 2 * 86_400_000) });
};

/** Buys a ticket as buyers do. */
async function buys(buyer: TestUser, seats = 2) {
  const drop = await system.openDrop(seats);
  const { token } = await system.hold(drop, buyer);
  const total = { amount: 4500, currency: 'EUR' };
  const { body } = await request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken: token, total, payment: { token: system.cards.approved } })
    .expect(201);
  return { drop, orderId: (body as { id: string }).id };
}

test('every column that names a user is exported or left out for a reason, and kept or deleted', async () => {
  const [found] = (await system.db.raw(`
    select distinct concat(table_name, '.', column_name) as name from information_schema.columns
    where table_schema = database() and table_name <> 'users'
      and (data_type like '%int' and column_name regexp '(^|_)(user|organizer|actor|admin|by|of)(_id)?$|^buyer'
        or column_name regexp 'email|phone')
    union select concat(table_name, '.', column_name) from information_schema.key_column_usage
    where table_schema = database() and referenced_table_name = 'users'`)) as [{ name: string }[]];
  expect(found.map(({ name }) => name).toSorted()).toEqual(
    personalColumns.map(({ column }) => column).toSorted(),
  );
  const [own] = (await system.db.raw(
    "select column_name as name from information_schema.columns where table_schema = database() and table_name = 'users'",
  )) as [{ name: string }[]];
  expect(own.map(({ name }) => name).toSorted()).toEqual(Object.keys(userColumns).toSorted());

  const { data } = await exportOf(await person());
  const parts = personalColumns.flatMap(({ exported }) => ('as' in exported ? exported.as : []));
  for (const part of parts) expect({ part, isThere: part in data }).toEqual({ part, isThere: true });
  const fields = Object.values(userColumns).flatMap((each) => ('as' in each ? each.as : []));
  expect(Object.keys(data['profile']!).toSorted()).toEqual(fields.toSorted());
});

test('the export has all that is the user’s, and nothing of others, no hashes and no codes', async () => {
  const buyer = await person();
  const other = await person('Otto Other');
  const { drop, orderId } = await buys(buyer);
  await system.hold(drop, other);
  await createArchiving(system.deps, {})();
  await system.db('check_ins').insert({
    order_id: orderId,
    seat_id: (await system.db('order_seats').where({ order_id: orderId }).first<{ seat_id: string }>())
      .seat_id,
    event_id: drop.eventId,
    checked_in_by: system.organizer.userId,
    checked_in_at: new Date(),
  });
  await post('forgot', { email: buyer.email }).expect(204);
  const { text, headers, data } = await exportOf(buyer);
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename="seatdrop-my-data.json"',
  });
  expect(data).toMatchObject({
    profile: { id: buyer.userId, email: buyer.email, name: buyer.name, role: 'shopper' },
    sessions: [{ address: expect.any(String) as string }],
    links: [{ purpose: 'reset' }],
    orders: [
      {
        id: orderId,
        amount: { amount: 4500, currency: 'EUR' },
        seats: [{ section: 'Stalls', row: '1' }],
        receipt: { buyer: buyer.name, event: { title: 'A Night of Strings' } },
        payments: [{ provider: 'sandbox', status: 'approved' }],
        checkIns: [{ checkedInAt: expect.any(String) as string }],
      },
    ],
    entries: [{ dropId: drop.id }],
    events: [],
    acts: [],
  });
  expect(JSON.stringify(data['entries'])).toContain('"kind":"sold"');
  expect(text).not.toMatch(/scrypt|password|hash_|ticket"|secret|Otto/);
  expect(text).not.toContain(`"buyerId": ${other.userId}`);

  // The organizer's side: acts and events, and nobody who bought.
  await createDrop(system, system.organizer);
  const { text: ofOrganizer, data: staff } = await exportOf(system.organizer);
  expect(staff['acts']).toEqual(expect.arrayContaining([expect.objectContaining({ act: 'event_created' })]));
  expect(staff['events']![0]).toMatchObject({ title: 'A Night of Strings' });
  expect(staff['ticketsChecked']).toEqual([expect.objectContaining({ what: 'checked in', count: 1 })]);
  expect(ofOrganizer).not.toContain(buyer.email);
  expect(ofOrganizer).not.toContain(orderId);
});

test('exports are limited; a banned user gets theirs, and nobody gets one without a session', async () => {
  const user = await person();
  await request(system.app).get('/api/me/export').expect(401);
  await request(system.app)
    .post(`/api/users/${user.userId}/ban`)
    .set(admin.bearer)
    .send({ reason: 'Resells tickets' })
    .expect(200);
  const { body } = await post('signin', { email: user.email, password }).expect(200);
  const banned = { ...user, bearer: bearer((body as { token: string }).token) };
  for (let time = 0; time < 5; time += 1) {
    const { text } = await exportOf(banned);
    expect(text).not.toContain('Resells');
  }
  const refused = await get('/api/me/export', banned).expect(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(200);
  expect((await remove(banned)).body).toMatchObject({ status: 403, code: 'banned' });
});

test('a deleted account: sessions end, the address is free, one mail, and what is kept names nobody', async () => {
  const user = await person();
  const { orderId, drop } = await buys(user);
  await request(system.app)
    .post('/api/me/organizer-request')
    .set(user.bearer)
    .send({ text: 'x'.repeat(20) });
  await post('forgot', { email: user.email }).expect(204);
  await pass(drop.id);
  const elsewhere = watchBannedUsers(system.db, system.deps.log);
  const issuedAt = Math.floor(Date.now() / 1000);
  const answer = await remove(user).expect(204);
  expect(String(answer.headers['set-cookie'])).toMatch(/session=;/);
  await elsewhere.refresh();
  expect(elsewhere.refusal({ userId: user.userId, issuedAt })).toBe('not_signed_in');
  await elsewhere.stop();
  await get('/api/auth/me', user).expect(401);
  await remove(user).expect(401);
  await post('signin', { email: user.email, password }).expect(401);
  for (const path of ['signin', 'signup'])
    await post(path, { email: `deleted:${user.userId}`, password, name: 'X' }).expect(422);

  // What waited in the outbox, the receipt of the order among it, is not sent.
  const mails = await mailsTo(user.email);
  expect(mails.map(({ subject }) => subject)).toEqual(['Your account was deleted']);
  expect(`${mails[0]!.text}${mails[0]!.html}`).not.toContain(user.name);
  expect(JSON.stringify(await system.db('outbox'))).not.toContain(user.email);

  expect(await rowOf(user)).toMatchObject({
    email: `deleted:${user.userId}`,
    name: 'Deleted user',
    password_hash: '',
    locale: null,
    role: 'shopper',
  });
  const gone = personalColumns.filter(({ onDeletion }) => onDeletion === 'deleted');
  for (const { column } of gone) {
    const [table = '', name = ''] = column.split('.');
    const value = name === 'email' ? user.email : user.userId;
    expect(await system.db(table).where({ [name]: value })).toEqual([]);
  }
  const order = await system
    .db('orders')
    .where({ id: orderId })
    .first<{ receipt: unknown; user_id: number }>();
  expect(order.user_id).toBe(user.userId);
  expect(JSON.stringify(order.receipt)).toContain(user.name);
  const sold = await get(`/api/drops/${drop.id}/orders`, system.organizer).expect(200);
  expect(sold.body).toMatchObject({ items: [{ id: orderId, buyer: { name: 'Deleted user' } }] });
  expect((await get('/api/users?query=Deleted', admin)).body).toMatchObject({ items: [] });
  await request(system.app)
    .patch(`/api/users/${user.userId}/role`)
    .set(admin.bearer)
    .send({ role: 'admin' })
    .expect(404);

  const again = await post('signup', { email: user.email, password, name: 'Ida' }).expect(201);
  expect((again.body as { user: { id: number } }).user.id).not.toBe(user.userId);
});

test('what is under way stands in the way, each with its reason, and nothing changes', async () => {
  const user = await person();
  const before = await rowOf(user);
  const obstacles = async () => {
    const { body } = await remove(user).expect(409);
    expect(body).toMatchObject({ code: 'account_in_use' });
    return (body as { obstacles: { code: string; title?: string }[] }).obstacles;
  };
  const drop = await system.openDrop();
  const { place, hold } = await system.hold(drop, user);
  expect(await obstacles()).toEqual([{ code: 'hold', dropId: drop.id, title: 'A Night of Strings' }]);
  await system.inventory.leave(place, user.userId);

  const { orderId } = await buys(user);
  expect(await obstacles()).toMatchObject(
    [{ code: 'tickets', title: 'A Night of Strings', until: /^20/ }].map((each) => ({
      ...each,
      until: expect.stringMatching(each.until) as string,
    })),
  );
  await system.db('orders').where({ id: orderId }).update({ status: 'refund_due' });
  expect(await obstacles()).toMatchObject([{ code: 'refund', orderId }]);
  await system.db('orders').where({ id: orderId }).update({ status: 'refunded' });
  await system.db('payment_attempts').insert({
    hold_id: hold.holdId,
    attempt: 1,
    drop_id: drop.id,
    partition: 0,
    user_id: user.userId,
    seats: '0.1',
    provider: 'sandbox',
    amount: 4500,
    currency: 'EUR',
    status: 'pending',
  });
  expect(await obstacles()).toMatchObject([{ code: 'payment', dropId: drop.id }]);
  await system.db('payment_attempts').where({ hold_id: hold.holdId }).update({ status: 'declined' });
  expect(await rowOf(user)).toEqual(before);
  await get('/api/auth/me', user).expect(200);

  for (const [body, status] of [
    [{ password: 'not the password' }, 422],
    [{}, 422],
    [{ password, force: true }, 422],
  ] as const)
    await remove(user, body).expect(status);
  await remove(user).expect(204);
});

test('organizers stay while their sales go on, and admins until another admin takes the role away', async () => {
  const organizer = await person('Olga Organizer');
  await system.db('users').where({ id: organizer.userId }).update({ role: 'organizer' });
  const { id, eventId } = await createDrop(system, organizer);
  const { body } = await remove(organizer).expect(409);
  expect(body).toMatchObject({ obstacles: [{ code: 'sales', eventId, title: 'A Night of Strings' }] });
  await system.db('drops').where({ id }).update({ sale_ended_at: new Date() });
  const buyer = await person();
  await insertOrder(system.db, { dropId: id, userId: buyer.userId, seats: ['0.1'] });
  expect((await remove(organizer).expect(409)).body).toMatchObject({
    obstacles: [{ code: 'sales', eventId, until: expect.any(String) as string }],
  });
  await pass(id);
  await remove(organizer).expect(204);
  const { body: order } = await get('/api/orders', buyer).expect(200);
  expect((order as { items: object[] }).items).toHaveLength(1);
  expect(JSON.stringify(order)).not.toContain('deleted:');
  // The seller of a receipt stays, also of an order that had none yet.
  const { receipt } = await system.db('orders').where({ drop_id: id }).first<{ receipt: unknown }>('receipt');
  expect(JSON.stringify(receipt)).toContain('Olga Organizer');

  const boss = await person();
  await system.db('users').where({ id: boss.userId }).update({ role: 'admin' });
  expect((await remove(boss).expect(409)).body).toMatchObject({ obstacles: [{ code: 'admin' }] });
});

test('an order placed while the account was deleted is refunded; what was kept goes after its period', async () => {
  const user = await person();
  const { orderId, drop } = await buys(user);
  await pass(drop.id);
  await remove(user).expect(204);
  const late = await insertOrder(system.db, { dropId: drop.id, userId: user.userId, seats: ['0.9'] });
  const erase = createErasing({ ...system.deps, keptYears: 7 }, { firstPauseMs: 0 });
  await erase();
  const statusOf = async (id: string) =>
    (await system.db('orders').where({ id }).first<{ status: string }>('status')).status;
  expect([await statusOf(orderId), await statusOf(late)]).toEqual(['paid', 'refund_due']);
  expect(await rowOf(user)).toMatchObject({ erased_at: null });

  await system
    .db('users')
    .where({ id: user.userId })
    .update({ deleted_at: system.db.raw('now(3) - interval 8 year') });
  await erase();
  await erase();
  expect(await rowOf(user)).toMatchObject({ erased_at: expect.any(Date) as Date });
  const order = await system.db('orders').where({ id: orderId }).first<{ receipt: unknown }>('receipt');
  expect(JSON.stringify(order.receipt)).not.toContain(user.name);
  expect(JSON.stringify(order.receipt)).toContain('A Night of Strings');
  expect(await system.db('payment_attempts').where({ hold_id: orderId }).first()).toMatchObject({
    provider_ref: null,
    card: null,
  });
});

test('many wrong passwords are refused for a while, the right one among them', async () => {
  const user = await person();
  const tries = await Promise.all(
    Array.from({ length: 12 }, () => remove(user, { password: 'wrong password' })),
  );
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([422, 429]));
  await remove(user).expect(429);
  expect(await rowOf(user)).toMatchObject({ deleted_at: null });
});
