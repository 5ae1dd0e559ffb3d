import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { watchBannedUsers, type BannedUsers } from '../../shared/auth/banned-users.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let admin: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  admin = await general.user('admin');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const act = (what: 'ban' | 'unban', userId: number, by: TestUser, reason: unknown = 'Resells tickets') =>
  request(general.app)
    .post(`/api/users/${userId}/${what}`)
    .set(by.bearer)
    .send(what === 'ban' ? { reason } : undefined);
const me = (user: TestUser) => request(general.app).get('/api/auth/me').set(user.bearer);

test('here the session is worthless as soon as the ban is answered, and stays so after it is lifted', async () => {
  const user = await general.user();
  await me(user).expect(200);
  const ban = await act('ban', user.userId, admin).expect(200);
  expect(ban.body).toMatchObject({ id: user.userId, bannedAt: expect.any(String) });
  const refused = await me(user).expect(403);
  expect(refused.body).toMatchObject({ code: 'banned' });

  const lifted = await act('unban', user.userId, admin).expect(200);
  expect(lifted.body).toMatchObject({ bannedAt: null });
  await me(user).expect(401);
});

test('what anybody may see is shown to a banned user as to a stranger', async () => {
  const user = await general.user();
  await act('ban', user.userId, admin).expect(200);
  const answer = await request(general.app).get('/api/events').set(user.bearer);
  expect(answer.status).toBe(200);
});

test('other processes know within a second', async () => {
  const elsewhere: BannedUsers = watchBannedUsers(general.db, general.deps.log);
  try {
    const user = await general.user();
    await act('ban', user.userId, admin).expect(200);
    const answered = performance.now();
    while (!elsewhere.has(user.userId) && performance.now() - answered < 5_000) await sleep(5);
    expect(performance.now() - answered).toBeLessThan(1_000);
  } finally {
    await elsewhere.stop();
  }
});

test('a banned admin bans nobody', async () => {
  const [fallen, user] = [await general.user('admin'), await general.user()];
  await act('ban', fallen.userId, admin).expect(200);
  const answer = await act('ban', user.userId, fallen);
  expect(answer.body).toMatchObject({ code: 'banned' });
  await me(user).expect(200);
});

test('nobody bans himself', async () => {
  const answer = await act('ban', admin.userId, admin).expect(403);
  expect(answer.body).toMatchObject({ code: 'not_allowed' });
  await me(admin).expect(200);
});

describe('a ban has a reason', () => {
  test('which admins see while it lasts, and the user does not', async () => {
    const user = await general.user();
    const ban = await act('ban', user.userId, admin, '  Resells tickets,\r\nsee ticket 42 ').expect(200);
    expect(ban.body).toMatchObject({ banReason: 'Resells tickets,\nsee ticket 42' });
    const found = await request(general.app)
      .get('/api/users')
      .query({ email: user.email })
      .set(admin.bearer)
      .expect(200);
    expect(found.body).toMatchObject({ items: [{ banReason: 'Resells tickets,\nsee ticket 42' }] });
    const { body } = await me(user).expect(403);
    expect(JSON.stringify(body)).not.toContain('Resells');

    const again = await act('ban', user.userId, admin, 'And again').expect(200);
    expect(again.body).toMatchObject({ banReason: 'And again' });
    const lifted = await act('unban', user.userId, admin).expect(200);
    expect(lifted.body).toMatchObject({ bannedAt: null, banReason: null });
  });

  test.each([
    [undefined, 'required'],
    ['', 'required'],
    [' \n ', 'required'],
    [' ab ', 'too_short'],
    ['x'.repeat(501), 'too_long'],
    ['a \u202egpj.exe', 'control_characters'],
    [{}, 'wrong_type'],
  ])('%j is refused, and nobody is banned', async (reason, code) => {
    const user = await general.user();
    const { body } = await request(general.app)
      .post(`/api/users/${user.userId}/ban`)
      .set(admin.bearer)
      .send({ reason })
      .expect(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/reason', code }] });
    await me(user).expect(200);
  });

  test('a ban without a body is refused, and so is one of nobody', async () => {
    const user = await general.user();
    const path = `/api/users/${user.userId}/ban`;
    expect((await request(general.app).post(path).set(admin.bearer)).status).toBe(422);
    await me(user).expect(200);
    const { body } = await act('ban', 4_294_967_295, admin);
    expect(body).toMatchObject({ code: 'not_found' });
  });

  test('none is shown that an earlier ban had, once the version before has lifted that', async () => {
    const user = await general.user();
    await act('ban', user.userId, admin).expect(200);
    await general.db('users').where({ id: user.userId }).update({ banned_at: null });
    const { body } = await request(general.app)
      .get('/api/users')
      .query({ email: user.email })
      .set(admin.bearer);
    expect(body).toMatchObject({ items: [{ bannedAt: null, banReason: null }] });
  });
});
