import request from 'supertest';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { printHere } from '../../testing/print-here.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import type { MailRoute } from '../mail/mail-route.ts';

let general: TestGeneral;
let catcher: MailCatcher;
let route: MailRoute;
let admin: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  admin = await general.user('admin');
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: general.deps.log });
});
afterAll(async () => {
  route.close();
  await catcher.close();
  await general.stop();
});
afterEach(() => general.assertQuiet());

const text = 'We run the Old Mill: <b>two</b> concerts a month.\nhttps://mill.test';
const own = '/api/me/organizer-request';
const askAs = (user: TestUser, body: object = { text }) =>
  request(general.app).post(own).set(user.bearer).send(body);
const show = async (user: TestUser) =>
  (await request(general.app).get(own).set(user.bearer).expect(200)).body as Record<string, unknown>;
const decide = (id: number, way: 'accept' | 'decline', body: object, by = admin) =>
  request(general.app).post(`/api/organizer-requests/${id}/${way}`).set(by.bearer).send(body);

async function ask(user: TestUser): Promise<number> {
  const { body } = await askAs(user).expect(201);
  return (body as { request: { id: number } }).request.id;
}

async function mailsTo({ email }: TestUser) {
  await relayMails({ ...general.deps, timeZone: 'UTC', route });
  return catcher.mails.filter(({ to }) => to[0] === email);
}

test('who asks sees that it waits; an admin sees who asks, and accepts; the session acts as an organizer at once', async () => {
  const user = await general.user();
  expect(await show(user)).toEqual({
    request: null,
    mayAsk: true,
    mayAskAt: expect.any(String) as string,
  });
  const id = await ask(user);
  expect(await show(user)).toMatchObject({ request: { id, text, status: 'open' }, mayAskAt: null });
  expect((await askAs(user)).body).toMatchObject({ status: 409, code: 'request_open' });

  const list = (query: string, by = admin) =>
    request(general.app).get(`/api/organizer-requests?${query}`).set(by.bearer);
  await list('', user).expect(403);
  expect((await list('status=open')).body).toMatchObject({
    items: [{ id, text, status: 'open', user: { id: user.userId, email: user.email, bannedAt: null } }],
    next: null,
  });
  const event = {
    title: 'T',
    description: '',
    venue: 'V',
    startsAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const create = () => request(general.app).post('/api/events').set(user.bearer).send(event);
  await create().expect(403);
  await decide(id, 'accept', {}, user).expect(403);
  await decide(id, 'accept', {}).expect(200);
  await create().expect(201);
  expect((await request(general.app).get('/api/auth/me').set(user.bearer)).body).toMatchObject({
    user: { role: 'organizer' },
  });
  expect(await show(user)).toMatchObject({ request: { status: 'accepted', reason: null }, mayAskAt: null });
  expect((await decide(id, 'decline', { reason: 'Too late' })).body).toMatchObject({
    code: 'request_decided',
  });
  expect((await askAs(user)).body).toMatchObject({ code: 'already_organizer' });
  const [mail] = await mailsTo(user);
  expect(mail).toMatchObject({ subject: 'You are an organizer now' });
  expect(mail!.text).toContain('/organize');
});

test('who is declined reads why, escaped, and nothing that they wrote; they may ask again after a week', async () => {
  const user = await general.user();
  const id = await ask(user);
  const reason = 'No <script>alert(1)</script>\nSubject: x\nSee https://help.test';
  await decide(id, 'decline', { reason }).expect(200);
  expect(await show(user)).toMatchObject({ request: { status: 'declined', reason }, mayAsk: false });
  const again = await askAs(user);
  expect(again.body).toMatchObject({ status: 409, code: 'request_too_soon' });
  const days = (Date.parse((again.body as { mayAskAt: string }).mayAskAt) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);

  const [mail] = await mailsTo(user);
  expect(mail).toMatchObject({ subject: 'Your request to become an organizer was declined' });
  expect(mail!.html).toContain('No &lt;script&gt;alert(1)&lt;/script&gt;<br>Subject: x<br>');
  expect(mail!.text).toContain('> No <script>alert(1)</script>\n> Subject: x\n');
  expect(`${mail!.text}${mail!.html}`).not.toMatch(/Old Mill|mill\.test/);

  const longAgo = new Date(Date.now() - 8 * 86_400_000);
  await general.db('organizer_requests').where({ id }).update({ decided_at: longAgo });
  await askAs(user).expect(201);
});

test('of many requests of a user at once one is written, and of two decisions one', async () => {
  const user = await general.user();
  const asked = await Promise.all(Array.from({ length: 6 }, () => askAs(user)));
  expect(asked.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409]);
  const rows: { id: number }[] = await general.db('organizer_requests').where({ user_id: user.userId });
  const id = rows[0]!.id;
  const decided = await Promise.all([
    decide(id, 'accept', {}),
    decide(id, 'decline', { reason: 'Rather not' }),
  ]);
  expect(decided.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect(await mailsTo(user)).toHaveLength(1);
});

test('bad input, banned users, and requests that do not exist change nothing', async () => {
  const user = await general.user();
  for (const body of [
    {},
    { text: 'short' },
    { text: `${text}\u0000` },
    { text: 'x'.repeat(1001) },
    { text, role: 1 },
  ])
    await askAs(user, body).expect(422);
  const id = await ask(user);
  await decide(id, 'decline', {}).expect(422);
  await decide(id, 'decline', { reason: '  ' }).expect(422);
  await decide(4_000_000_000, 'accept', {}).expect(404);
  await request(general.app)
    .post(`/api/users/${user.userId}/ban`)
    .set(admin.bearer)
    .send({ reason: 'Resells tickets' })
    .expect(200);
  await askAs(user).expect(403);
  expect((await decide(id, 'accept', {})).body).toMatchObject({ code: 'not_allowed' });
  expect(await general.db('organizer_requests').where({ id }).first()).toMatchObject({ status: 'open' });
});
