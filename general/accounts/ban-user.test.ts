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

const act = (what: string, userId: number, by: TestUser) =>
  request(general.app).post(`/api/users/${userId}/${what}`).set(by.bearer);
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
