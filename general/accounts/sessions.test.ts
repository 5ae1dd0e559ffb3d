import assert from 'node:assert/strict';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { watchBannedUsers, type BannedUsers } from '../../shared/auth/banned-users.ts';
import { readEndedSessions } from '../../shared/auth/ended-sessions.ts';
import { signSession, verifySession } from '../../shared/auth/session.ts';
import { eventually } from '../../testing/eventually.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { deviceWords } from './device-words.ts';
import { startNotingSessions, type SessionNotes } from './note-sessions.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral()));
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const password = 'correct horse battery';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

type Shown = { id: string; current: boolean; browser: string | null; system: string | null; address: string };
type SignIn = { token: string; sid: string; userId: number };

const post = (path: string, body?: object) => request(general.app).post(`/api/auth/${path}`).send(body);
const as = (token: string) => ({ Authorization: `Bearer ${token}` });
const me = (token: string) => request(general.app).get('/api/auth/me').set(as(token));
const end = (token: string, id: string) =>
  request(general.app).delete(`/api/auth/sessions/${id}`).set(as(token));
const endOthers = (token: string) => request(general.app).delete('/api/auth/sessions').set(as(token));
const listed = async (token: string) => {
  const { body } = await request(general.app).get('/api/auth/sessions').set(as(token)).expect(200);
  return (body as { sessions: Shown[] }).sessions;
};
const named = ({ body }: request.Response): SignIn => {
  const { token } = body as { token: string };
  const { signInId, userId } = verifySession(token, general.deps.sessionKeys)!;
  return { token, userId, sid: signInId! };
};

const processes: { stop: () => Promise<void> }[] = [];
function otherProcess(): BannedUsers {
  const started = watchBannedUsers(general.db, general.deps.log);
  processes.push(started);
  return started;
}
afterEach(() => Promise.all(processes.splice(0).map((each) => each.stop())));

let people = 0;
/** A new account with a session for each of these user agents. */
async function account(...agents: string[]) {
  people += 1;
  const email = `many-devices${people}@example.org`;
  const [first = firefox, ...more] = agents;
  const made = await post('signup', { email, password, name: 'Ida' }).set('User-Agent', first).expect(201);
  const signIn = async (agent: string) =>
    named(await post('signin', { email, password }).set('User-Agent', agent).expect(200));
  const sessions = [named(made)];
  for (const agent of more) sessions.push(await signIn(agent));
  return { email, sessions, signIn: () => signIn(firefox) };
}

const rowsOf = (userId: number) => general.db('sessions').where({ user_id: userId }).orderBy('sid');

test('each sign-in is listed with its device and the network it came from, and this one is marked', async () => {
  const { sessions, email } = await account(firefox);
  const phone = named(
    await post('signin', { email, password })
      .set({ 'User-Agent': safari, 'X-Forwarded-For': '2001:db8:1:2:3:4:5:6' })
      .expect(200),
  );
  const seen = await listed(sessions[0]!.token);
  expect(seen).toEqual([
    {
      id: sessions[0]!.sid,
      current: true,
      madeAt: expect.any(String),
      seenAt: expect.any(String),
      browser: 'Firefox',
      system: 'Linux',
      address: '127.0.0.1',
    },
    expect.objectContaining({
      id: phone.sid,
      current: false,
      browser: 'Safari',
      system: 'iOS',
      address: '2001:db8:1:2::/64',
    }),
  ]);
  expect(await listed(phone.token)).toMatchObject([
    { id: phone.sid, current: true },
    { id: sessions[0]!.sid, browser: 'Firefox', system: 'Linux', current: false },
  ]);
  await request(general.app).get('/api/auth/sessions').expect(401);
});

test('a session that is ended is refused at once here, soon by other processes, and by those that start later', async () => {
  const elsewhere = otherProcess();
  await elsewhere.refresh();
  const { sessions } = await account(firefox, safari, firefox);
  const [own, stolen, third] = sessions as [SignIn, SignIn, SignIn];
  const known = verifySession(stolen.token, general.deps.sessionKeys)!;
  expect(elsewhere.refusal(known)).toBeUndefined();

  await end(own.token, stolen.sid).expect(204);
  const refused = await me(stolen.token).expect(401);
  expect(refused.body).toMatchObject({ code: 'not_signed_in' });
  await me(own.token).expect(200);
  await me(third.token).expect(200);
  expect((await listed(own.token)).map(({ id }) => id)).toEqual([own.sid, third.sid]);
  await eventually(() => elsewhere.refusal(known) === 'not_signed_in');

  const later = otherProcess();
  await later.refresh();
  expect(later.refusal(known)).toBe('not_signed_in');
  expect(later.refusal(verifySession(third.token, general.deps.sessionKeys)!)).toBeUndefined();
  // The answer was lost, say.
  await end(own.token, stolen.sid).expect(204);
});

test('ending all others ends also those without a row or an id; this one stays until a new password', async () => {
  const elsewhere = otherProcess();
  const { sessions, signIn } = await account(firefox, safari);
  const [own, other] = sessions as [SignIn, SignIn];
  const { sessionKeys } = general.deps;
  const withoutRow = signSession({ userId: own.userId, role: 'shopper' }, sessionKeys);
  // As the version before the previous one made them.
  const claims = {
    sub: String(own.userId),
    role: 'shopper',
    aud: 'session',
    iat: Math.floor(Date.now() / 1000),
  };
  const withoutId = jwt.sign(claims, sessionKeys[0].secret, { expiresIn: '12h' });
  await me(withoutRow).expect(200);
  const seen = await listed(withoutId);
  expect(seen.map(({ id }) => id)).toEqual(expect.arrayContaining([own.sid, other.sid]));
  expect(seen.some(({ current }) => current)).toBe(false);
  await endOthers(own.token).expect(204);
  await me(other.token).expect(401);
  await me(withoutRow).expect(401);
  await me(withoutId).expect(401);
  await me(own.token).expect(200);
  expect(await listed(own.token)).toHaveLength(1);
  // Another process never refuses the one that stays.
  const verified = verifySession(own.token, sessionKeys)!;
  await eventually(() => elsewhere.refusal(verifySession(other.token, sessionKeys)!) === 'not_signed_in');
  expect(elsewhere.refusal(verified)).toBeUndefined();

  const next = await signIn();
  expect((await listed(next.token)).map(({ id }) => id)).toEqual([next.sid, own.sid]);
  // Now the other way round.
  await endOthers(next.token).expect(204);
  await me(own.token).expect(401);
  await me(next.token).expect(200);
  const changed = await request(general.app)
    .post('/api/auth/password')
    .set(as(next.token))
    .send({ current: password, next: 'staple and a donkey' })
    .expect(200);
  await me(next.token).expect(401);
  expect(await listed(named(changed).token)).toHaveLength(1);
  await eventually(() => elsewhere.refusal(verifySession(next.token, sessionKeys)!) === 'not_signed_in');
});

test('ending all other sessions is limited, so that new sessions are dated at most some seconds ahead', async () => {
  const { sessions, signIn } = await account(firefox);
  const [own] = sessions as [SignIn];
  const answers: number[] = [];
  for (let count = 0; count < 12; count += 1) answers.push((await endOthers(own.token)).status);
  expect(answers[0]).toBe(204);
  expect(answers).toContain(429);
  await me(own.token).expect(200);
  const { issuedAt } = verifySession((await signIn()).token, general.deps.sessionKeys)!;
  expect(issuedAt - Date.now() / 1000).toBeLessThan(15);
});

test('signing out ends the session, so that a copy of its cookie is worth nothing, also for a banned user', async () => {
  const { sessions, email } = await account(firefox, safari);
  const [own, other] = sessions as [SignIn, SignIn];
  const answer = await post('signout').set('Cookie', `session=${own.token}`).expect(204);
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/);
  await me(own.token).expect(401);
  await me(other.token).expect(200);
  // Again, with the cookie of a page that does not know yet.
  await post('signout').set('Cookie', `session=${own.token}`).expect(204);
  const withoutRow = await general.user();
  await post('signout').set(withoutRow.bearer).expect(204);
  await me(withoutRow.token).expect(401);

  await general.db('users').where({ id: own.userId }).update({ banned_at: new Date() });
  const banned = named(await post('signin', { email, password }).expect(200));
  await general.deps.bannedUsers.refresh();
  await me(banned.token).expect(200);
  await post('signout').set(as(banned.token)).expect(204);
  await me(banned.token).expect(401);
});

test('ending this session is signing out', async () => {
  const { sessions } = await account(firefox);
  const [own] = sessions as [SignIn];
  const answer = await end(own.token, own.sid).expect(204);
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^session=; /);
  await me(own.token).expect(401);
});

describe('nothing changes for', () => {
  let own: SignIn;
  let victim: SignIn;
  let before: unknown;
  beforeAll(async () => {
    [own] = (await account(firefox)).sessions as [SignIn];
    [victim] = (await account(firefox)).sessions as [SignIn];
    before = await rowsOf(victim.userId);
  });
  afterEach(async () => {
    assert.deepEqual(await rowsOf(victim.userId), before);
    await me(victim.token).expect(200);
    await me(own.token).expect(200);
  });

  test("somebody else's session, or none at all", async () => {
    for (const id of [
      victim.sid,
      own.sid.toLowerCase() + 'x',
      'nothing',
      'a.b',
      '%00',
      'x'.repeat(33),
      "'or'1",
    ]) {
      const answer = await end(own.token, id).expect(404);
      expect(answer.body).toMatchObject({ code: 'not_found' });
    }
  });

  test('a body', async () => {
    for (const path of ['/api/auth/sessions', `/api/auth/sessions/${own.sid}`]) {
      const answer = await request(general.app)
        .delete(path)
        .set(as(own.token))
        .send({ all: true })
        .expect(422);
      expect(answer.body).toMatchObject({ code: 'invalid_request' });
    }
  });

  test('a page of another site, and nobody', async () => {
    for (const path of ['/api/auth/sessions', `/api/auth/sessions/${own.sid}`]) {
      const forged = await request(general.app)
        .delete(path)
        .set({ Cookie: `session=${own.token}`, 'Sec-Fetch-Site': 'cross-site' })
        .expect(403);
      expect(forged.body).toMatchObject({ code: 'cross_site_request' });
      await request(general.app).delete(path).expect(401);
    }
  });
});

describe('when a session was last seen', () => {
  let user: TestUser;
  beforeAll(async () => void (user = await general.user()));
  const write = () => general.deps.sessionNotes.write();
  const row = async () => (await rowsOf(user.userId))[0] as { sid: string; seen_at: Date; browser: string };
  const seenAgo = (hours: number) =>
    general
      .db('sessions')
      .where({ user_id: user.userId })
      .update({ seen_at: general.db.raw('now(3) - interval ? minute', [hours * 60]) });

  test('is noted after the answer, for a session of the previous version too', async () => {
    await request(general.app)
      .get('/api/events')
      .set({ ...user.bearer, 'User-Agent': firefox })
      .expect(200);
    await write();
    expect(await row()).toMatchObject({ browser: 'Firefox', system: 'Linux', ended_at: null });
  });

  test('is written at most once an hour, whatever number of requests and processes', async () => {
    const session = verifySession(user.token, general.deps.sessionKeys)!;
    const req = { get: () => safari, ip: '192.0.2.7' } as unknown as Parameters<SessionNotes['note']>[1];
    for (const hours of [0.5, 1.5]) {
      await seenAgo(hours);
      const { seen_at } = await row();
      const process = startNotingSessions(general.db, general.deps.log);
      processes.push(process);
      process.note(session, req);
      process.note(session, req);
      await process.write();
      const now = await row();
      expect(now.seen_at.getTime() > seen_at.getTime()).toBe(hours > 1);
      // The device is that of the sign-in.
      expect(now.browser).toBe('Firefox');
    }
  });

  test('is forgotten with the session, once its token has expired', async () => {
    await general
      .db('sessions')
      .where({ user_id: user.userId })
      .update({ made_at: general.db.raw('now() - interval 12 hour - interval 5 minute') });
    await write();
    expect(await row()).toBeDefined();
    await general
      .db('sessions')
      .where({ user_id: user.userId })
      .update({ made_at: general.db.raw('now() - interval 14 hour') });
    await write();
    expect(await row()).toBeUndefined();
  });
});

test('an end that commits late is not missed', async () => {
  const ended = readEndedSessions(general.db);
  await ended.refresh();
  const now = general.db.fn.now(3);
  await general.db('sessions').insert({
    sid: 'late',
    user_id: 1,
    made_at: now,
    seen_at: now,
    address: '',
    ended_at: general.db.raw('now(3) - interval 50 second'),
  });
  await ended.refresh();
  expect(ended.isEnded('late')).toBe(true);
});

test.each([
  [undefined, null, null],
  ['', null, null],
  ['curl/8.5.0', null, null],
  ['<b>Your bank</b>/1.0 (call 0800)', null, null],
  [`${'('.repeat(20_000)}Firefox/1`, null, null],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
    'Microsoft Edge',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
    'Chrome',
    'Android',
  ],
])('of user agent %# the known names are shown, and nothing that it made up', (agent, browser, system) => {
  expect(deviceWords(agent)).toEqual({ browser, system });
});
