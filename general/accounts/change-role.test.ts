import request from 'supertest';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral()));
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

test.each(['shopper', 'organizer'] as const)('%s may not look up, ban, or promote', async (role) => {
  const [caller, other] = [await general.user(role), await general.user()];
  const to = request(general.app);
  const answers = await Promise.all([
    to.get('/api/users').query({ email: other.email }).set(caller.bearer),
    to.post(`/api/users/${other.userId}/ban`).set(caller.bearer),
    to.post(`/api/users/${other.userId}/unban`).set(caller.bearer),
    to.patch(`/api/users/${caller.userId}/role`).set(caller.bearer).send({ role: 'admin' }),
  ]);
  for (const { status, body } of answers)
    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  const rows = await general.db('users').whereIn('id', [caller.userId, other.userId]).orderBy('id');
  expect(rows).toMatchObject([{ role }, { banned_at: null }]);
});

test('an admin finds an account by its address, and is not told its hash', async () => {
  const [admin, other] = [await general.user('admin'), await general.user()];
  const find = (email: string) => request(general.app).get('/api/users').query({ email }).set(admin.bearer);
  const { body } = await find(` ${other.email.toUpperCase()}`).expect(200);
  expect(body).toEqual({
    items: [
      {
        id: other.userId,
        email: other.email,
        name: 'shopper',
        role: 'shopper',
        bannedAt: null,
        banReason: null,
        createdAt: expect.any(String),
      },
    ],
    next: null,
  });
  await find('nobody@seatdrop.test').expect(200, { items: [], next: null });
});

test('a role counts from the moment it is given, and not after it is taken away', async () => {
  const [admin, user] = [await general.user('admin'), await general.user()];
  const give = (role: string) =>
    request(general.app).patch(`/api/users/${user.userId}/role`).set(admin.bearer).send({ role });
  const organize = () =>
    request(general.app)
      .post('/api/events')
      .set(user.bearer)
      .send({ title: 'T', description: '', venue: 'V', startsAt: '2100-01-01T00:00:00Z' });

  await organize().expect(403);
  await give('organizer').expect(200);
  await organize().expect(201);
  await give('shopper').expect(200);
  expect(await organize()).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
});

test('admins cannot change their own role, so there is always one', async () => {
  const admin = await general.user('admin');
  const path = `/api/users/${admin.userId}/role`;
  const answer = await request(general.app).patch(path).set(admin.bearer).send({ role: 'shopper' });
  expect(answer).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
});

test('there is no managing of users who do not exist', async () => {
  const admin = await general.user('admin');
  for (const id of ['4294967295', '4294967296', '0', '-1', '1e3', '01', 'me', '1.5']) {
    const answer = await request(general.app)
      .post(`/api/users/${id}/ban`)
      .set(admin.bearer)
      .send({ reason: 'Nobody' })
      .expect(404);
    expect(answer.body).toMatchObject({ code: 'not_found' });
  }
});
