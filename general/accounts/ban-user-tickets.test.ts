import request from 'supertest';
import { watchBannedUsers } from '../../shared/auth/banned-users.ts';
import { signSession } from '../../shared/auth/session.ts';
import { createRoutes } from '../routes.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
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

const password = 'correct horse battery';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const get = (path: string, token: string) => request(system.app).get(path).set(bearer(token));
const act = (what: 'ban' | 'unban', userId: number) =>
  request(system.app)
    .post(`/api/users/${userId}/${what}`)
    .set(admin.bearer)
    .send(what === 'ban' ? { reason: 'Resells tickets' } : undefined)
    .expect(200);

type SignedIn = { user: { id: number; email: string }; token: string; scope?: string };

async function signIn(email: string): Promise<SignedIn> {
  const { body } = await request(system.app).post('/api/auth/signin').send({ email, password }).expect(200);
  return body as SignedIn;
}

/** Signs up a buyer and buys a ticket. */
async function buyer() {
  const email = `${Math.random().toString(36).slice(2)}@seatdrop.test`;
  const signedUp = await request(system.app)
    .post('/api/auth/signup')
    .send({ email, password, name: 'Bea' })
    .expect(201);
  const { user, token } = signedUp.body as SignedIn;
  const drop = await system.openDrop(2);
  const orderId = await insertOrder(system.db, { dropId: drop.id, userId: user.id, seats: ['0.1'] });
  return { id: user.id, email, token, orderId };
}

test('signed in again, a banned buyer sees the orders and the tickets, and whom to write to', async () => {
  const { id, email, token, orderId } = await buyer();
  await act('ban', id);
  expect((await get('/api/orders', token)).body).toMatchObject({ status: 403, code: 'banned' });

  const answer = await signIn(email);
  expect(answer.scope).toBe('tickets');
  const orders = await get('/api/orders', answer.token).expect(200);
  expect(orders.body).toMatchObject({ items: [{ id: orderId, contact: system.organizer.email }] });
  const order = await get(`/api/orders/${orderId}`, answer.token).expect(200);
  expect(order.body).toMatchObject({
    contact: system.organizer.email,
    seats: [{ id: '0.1', ticket: expect.any(String) }],
  });
  const me = await get('/api/auth/me', answer.token).expect(200);
  expect(me.body).toMatchObject({ user: { email }, scope: 'tickets' });
  await request(system.app).post('/api/auth/signout').set(bearer(answer.token)).expect(204);
});

test('nobody else’s orders, of whatever role', async () => {
  const other = await buyer();
  const fallen = await buyer();
  await system.db('users').where({ id: fallen.id }).update({ role: 'admin' });
  await act('ban', fallen.id);
  const { token } = await signIn(fallen.email);
  expect((await get(`/api/orders/${other.orderId}`, token)).body).toMatchObject({ code: 'not_found' });
});

test('every other call that needs a session is refused as banned', async () => {
  const { id, email } = await buyer();
  await system.db('users').where({ id }).update({ role: 'admin' });
  await act('ban', id);
  const { token } = await signIn(email);
  const routes = createRoutes(system.deps);
  const open = routes.filter(({ scopes }) => scopes !== undefined);
  expect(open.map(({ path }) => path).toSorted()).toEqual([
    '/api/auth/me',
    '/api/auth/signout',
    '/api/me/export',
    '/api/orders',
    '/api/orders/:id',
    '/api/orders/:id/receipt.pdf',
    '/api/orders/:id/tickets.pdf',
  ]);
  const others = routes.filter(({ who, scopes }) => who !== 'anyone' && scopes === undefined);
  expect(others.length).toBeGreaterThan(15);
  for (const { method, path } of others) {
    const url = path.replaceAll(/:\w+/g, '1');
    const call = method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
    const { status, body } = await request(system.app)[call](url).set(bearer(token));
    expect({ method, path, status, body }).toMatchObject({ status: 403, body: { code: 'banned' } });
  }
});

test('the list does not forget a ban, however long ago it was', async () => {
  const { id, email, orderId } = await buyer();
  const longAgo = new Date(Date.now() - 400 * 86_400_000);
  await system.db('users').where({ id }).update({ banned_at: longAgo, sessions_since: longAgo });
  const elsewhere = watchBannedUsers(system.db, system.deps.log);
  try {
    await elsewhere.refresh();
    expect(elsewhere.has(id)).toBe(true);
    // A session without a scope, as an older version could have issued meanwhile.
    const issuedAt = Math.floor(Date.now() / 1000);
    expect(elsewhere.refusal({ userId: id, issuedAt })).toBe('banned');
  } finally {
    await elsewhere.stop();
  }
  const { token, scope } = await signIn(email);
  expect(scope).toBe('tickets');
  await get(`/api/orders/${orderId}`, token).expect(200);
  expect((await get('/api/users', token)).body).toMatchObject({ code: 'banned' });
});

test('no session from before or during a ban comes back to life when it is lifted', async () => {
  const { id, email, token } = await buyer();
  // This session was issued by a process whose clock was ahead.
  const ahead = signSession(
    { userId: id, role: 'shopper' },
    system.deps.sessionKeys,
    Math.floor(Date.now() / 1000) + 1,
  );
  await get('/api/auth/me', ahead).expect(200);
  await act('ban', id);
  const during = await signIn(email);
  await act('unban', id);
  for (const ended of [token, ahead, during.token])
    expect((await get('/api/auth/me', ended)).body).toMatchObject({ code: 'not_signed_in' });

  const fresh = await signIn(email);
  expect(fresh.scope).toBeUndefined();
  await get('/api/auth/me', fresh.token).expect(200);
  // Lifting a ban when there is none ends no session.
  await act('unban', id);
  await get('/api/auth/me', fresh.token).expect(200);
  await act('ban', id);
  expect((await get('/api/auth/me', fresh.token)).body).toMatchObject({ code: 'banned' });
});

test('a ban of the version before, which writes no other time, ends sessions too', async () => {
  const { id, email, token } = await buyer();
  await system
    .db('users')
    .where({ id })
    .update({ banned_at: system.db.fn.now(3) });
  await system.deps.bannedUsers.refresh();
  expect((await get('/api/auth/me', token)).body).toMatchObject({ code: 'banned' });
  const during = await signIn(email);
  await get('/api/auth/me', during.token).expect(200);
  await act('unban', id);
  expect((await get('/api/auth/me', token)).body).toMatchObject({ code: 'not_signed_in' });
});
