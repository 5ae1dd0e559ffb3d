/** Where a second factor is compulsory, organizers and admins cannot act without one. */
import { TOTP } from 'otpauth';
import request from 'supertest';
import { signSession } from '../../../shared/auth/session.ts';
import { insertOrder } from '../../../testing/general/insert-order.ts';
import { createDrop } from '../../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../../testing/general/start-general.ts';
import { contentsOf } from '../../../testing/table-contents.ts';
import { signLink } from '../link-token.ts';
import { createRoutes } from '../../routes.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral({ secondFactor: 'compulsory' })));
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const proven = (user: TestUser) => ({
  ...user,
  bearer: { Authorization: `Bearer ${signSession({ ...user, provenAt: 1 }, general.deps.sessionKeys)}` },
});

function send(method: string, path: string, by: TestUser) {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  return request(general.app)[verb](path.replaceAll(/:\w+/g, '1')).set(by.bearer);
}

test('every route for organizers or admins refuses a session that has proven none, with or without a factor', async () => {
  const users = { organizer: await general.user('organizer'), admin: await general.user('admin') };
  await general.db('second_factors').insert({ user_id: users.admin.userId, totp_secret: 'A'.repeat(32) });
  const before = await contentsOf(general.db, ['users', 'events', 'drops', 'audit_log']);
  const forStaff = createRoutes(general.deps).filter(({ who }) => Array.isArray(who));
  expect(forStaff.length).toBeGreaterThan(25);
  for (const { method, path, who } of forStaff) {
    for (const role of ['organizer', 'admin'] as const) {
      if (!who.includes(role)) continue;
      const { status, body } = await send(method, path, users[role]);
      expect({ method, path, role, status, body }).toMatchObject({
        status: 403,
        body: { code: 'second_factor_required' },
      });
    }
  }
  expect(await contentsOf(general.db, ['users', 'events', 'drops', 'audit_log'])).toEqual(before);
  await send('GET', '/api/users', proven(users.admin)).expect(200);
  await send('POST', '/api/events', proven(users.organizer)).expect(422);
});

test('routes that are for others too give such a session no more than a shopper gets', async () => {
  const organizer = await general.user('organizer');
  const buyer = await general.user();
  const { id: dropId } = await createDrop(general, proven(organizer));
  const orderId = await insertOrder(general.db, { dropId, userId: buyer.userId, seats: ['0.1'] });
  const needed = { code: 'second_factor_required' };
  const ask = (method: 'get' | 'post', path: string, by: TestUser) =>
    request(general.app)[method](`/api/${path}`).set(by.bearer);
  expect((await ask('get', `orders/${orderId}`, organizer)).body).toMatchObject(needed);
  expect((await ask('get', `orders/${orderId}/receipt.pdf`, organizer)).body).toMatchObject(needed);
  expect((await ask('post', `orders/${orderId}/refund`, organizer)).body).toMatchObject(needed);
  expect((await general.db('order_seats').where({ order_id: orderId }))[0]).toMatchObject({ refund: null });
  expect((await ask('get', `drops/${dropId}`, organizer)).body).not.toHaveProperty('questions');
  expect((await ask('get', `drops/${dropId}`, proven(organizer))).body).toHaveProperty('questions');
  await ask('get', `orders/${orderId}`, proven(organizer)).expect(200);
  // Their own affairs go on.
  await ask('get', 'orders', organizer).expect(200);
  const me = await ask('get', 'auth/me', organizer).expect(200);
  expect(me.body).toMatchObject({ needs: 'factor' });
  expect((await ask('get', 'auth/me', buyer)).body).not.toHaveProperty('needs');
});

test('where it is optional, staff without a factor are asked for nothing, and those with one for all of it', async () => {
  const optional = await startGeneral();
  try {
    const admin = await optional.user('admin');
    const { userId: target } = await optional.user();
    const change = () =>
      request(optional.app).patch(`/api/users/${target}/role`).set(admin.bearer).send({ role: 'organizer' });
    await change().expect(200);
    await optional.db('second_factors').insert({ user_id: admin.userId, totp_secret: 'A'.repeat(32) });
    await request(optional.app).get('/api/users').set(admin.bearer).expect(200);
    expect((await change().expect(403)).body).toMatchObject({ code: 'second_factor_again' });
  } finally {
    await optional.stop();
  }
});

test('a new password by a mailed link does not replace the second factor', async () => {
  const { userId, email, token: before } = await general.user();
  const secret = 'A'.repeat(32);
  await general.db('second_factors').insert({ user_id: userId, totp_secret: secret });
  const [id] = await general.db('account_links').insert({
    email,
    user_id: userId,
    purpose: 'reset',
    created_at: general.db.fn.now(3),
  });
  const link = signLink({ id: id!, purpose: 'reset' }, new Date(), general.deps.sessionKeys);
  const reset = await request(general.app)
    .post('/api/auth/reset')
    .send({ token: link, password: 'staple and a donkey' })
    .expect(202);
  expect(reset.headers['set-cookie']).toBeUndefined();
  const me = (token: string) =>
    request(general.app).get('/api/auth/me').set('Authorization', `Bearer ${token}`);
  await me(before).expect(401);
  const { token } = reset.body as { token: string };
  await me(token).expect(401);
  const code = new TOTP({ secret }).generate();
  const { body } = await request(general.app)
    .post('/api/auth/second-step')
    .send({ token, answer: { kind: 'code', code } })
    .expect(200);
  await me((body as { token: string }).token).expect(200);
});
