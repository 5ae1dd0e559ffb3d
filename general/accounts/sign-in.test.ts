import request from 'supertest';
import { verifySession } from '../../shared/auth/session.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral()));
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const password = 'correct horse battery';
const signUp = (body: object) => request(general.app).post('/api/auth/signup').send(body);
const signIn = (body: object) => request(general.app).post('/api/auth/signin').send(body);

test('an account is made, its session given as token and as cookie, and it opens /me', async () => {
  const answer = await signUp({ email: '  Ada@Example.ORG ', password, name: 'Ada' }).expect(201);
  const { user, token } = answer.body as { user: { id: number }; token: string };
  expect(user).toEqual({ id: expect.any(Number), email: 'ada@example.org', name: 'Ada', role: 'shopper' });
  expect(verifySession(token, general.deps.sessionKeys)).toMatchObject({ userId: user.id, role: 'shopper' });
  expect(answer.headers['set-cookie']?.[0]).toMatch(
    new RegExp(`^session=${token.replaceAll('.', '\\.')}; Max-Age=43200; Path=/; .*HttpOnly; SameSite=Lax$`),
  );

  await request(general.app)
    .get('/api/auth/me')
    .set('Cookie', `session=${token}`)
    .expect(200, { user, locale: null });
  const again = await signIn({ email: 'ADA@example.org', password }).expect(200);
  expect(again.body).toMatchObject({ user });
});

test('every sign-in has a name of its own, which its session carries', async () => {
  const made = await signUp({ email: 'sid@example.org', password, name: 'Sid' }).expect(201);
  const again = await signIn({ email: 'sid@example.org', password }).expect(200);
  const sids = [made, again].map(
    ({ body }) => verifySession((body as { token: string }).token, general.deps.sessionKeys)?.signInId,
  );
  expect(sids).toEqual([expect.stringMatching(/^[\w-]{16}$/), expect.stringMatching(/^[\w-]{16}$/)]);
  expect(sids[0]).not.toBe(sids[1]);
});

test('the password is kept as a memory-hard hash and never told', async () => {
  const { text } = await signUp({ email: 'bob@example.org', password, name: 'Bob' }).expect(201);
  const { password_hash } = await general.db('users').where({ email: 'bob@example.org' }).first();
  expect(password_hash).toMatch(/^scrypt\$32768\$8\$\d\$/);
  expect(text).not.toContain('scrypt');
  expect(text).not.toContain(password);
});

test('an unknown address and a wrong password get the same answer', async () => {
  await signUp({ email: 'cy@example.org', password, name: 'Cy' }).expect(201);
  const wrong = await signIn({ email: 'cy@example.org', password: 'not the password' }).expect(401);
  const unknown = await signIn({ email: 'nobody@example.org', password: 'not the password' }).expect(401);
  expect(wrong.body).toMatchObject({ code: 'wrong_credentials' });
  expect(unknown.body).toEqual(wrong.body);
});

test('only whoever knows the password learns of a ban', async () => {
  await signUp({ email: 'dee@example.org', password, name: 'Dee' }).expect(201);
  await general.db('users').where({ email: 'dee@example.org' }).update({ banned_at: new Date() });
  const right = await signIn({ email: 'dee@example.org', password }).expect(200);
  expect(right.body).toMatchObject({ scope: 'tickets' });
  const wrong = await signIn({ email: 'dee@example.org', password: 'not the password' }).expect(401);
  expect(wrong.body).toMatchObject({ code: 'wrong_credentials' });
});

test('an address has one account, even when two sign up at once', async () => {
  const body = { email: 'eve@example.org', password, name: 'Eve' };
  const answers = await Promise.all([signUp(body), signUp(body)]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'email_taken' });
});

test('after ten wrong passwords an address must prove work, and others can still sign in', async () => {
  await signUp({ email: 'fay@example.org', password, name: 'Fay' }).expect(201);
  const guess = (from: string, word: string) =>
    signIn({ email: 'fay@example.org', password: word }).set('X-Forwarded-For', from);

  const guesses = await Promise.all(Array.from({ length: 11 }, () => guess('192.0.2.1', 'a wild guess')));
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
  const refused = await guess('192.0.2.1', password).expect(429);
  expect(refused.body).toMatchObject({ code: 'proof_required' });
  await guess('192.0.2.2', password).expect(200);
});

test('whether there is an account does not tell by when a proof is asked for', async () => {
  await signUp({ email: 'flo@example.org', password, name: 'Flo' }).expect(201);
  for (const email of ['flo@example.org', 'nobody-at-all@example.org']) {
    const guess = () => signIn({ email, password: 'a wild guess' }).set('X-Forwarded-For', '192.0.2.3');
    const guesses = await Promise.all(Array.from({ length: 12 }, guess));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
  }
});

test('signing out clears the cookie', async () => {
  const answer = await request(general.app).post('/api/auth/signout').expect(204);
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/);
});

test('where there is https the cookie never travels without it, and is not one that another host can set', async () => {
  const secure = await startGeneral({ publicUrl: 'https://seatdrop.test' });
  try {
    const body = { email: 'gil@example.org', password, name: 'Gil' };
    const answer = await request(secure.app).post('/api/auth/signup').send(body).expect(201);
    const { token } = answer.body as { token: string };
    const cookies = answer.headers['set-cookie'] as unknown as string[];
    const [cookie, ...more] = cookies.filter((each) => each.includes(token));
    expect(more).toEqual([]);
    expect(cookies.every((each) => each.includes('; Secure'))).toBe(true);
    // What browsers require of this cookie's name prefix: Secure, Path=/, and no Domain.
    expect(cookie).toMatch(
      /^__Host-session=[\w.-]+; Max-Age=43200; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(cookie).not.toMatch(/domain/i);
    expect(answer.headers['strict-transport-security']).toBeDefined();

    const me = (name: string) => request(secure.app).get('/api/auth/me').set('Cookie', `${name}=${token}`);
    await me('__Host-session').expect(200);
    await me('session').expect(401);
    const out = await request(secure.app).post('/api/auth/signout').expect(204);
    expect(out.headers['set-cookie']?.[0]).toMatch(
      /^__Host-session=; Path=\/; Expires=Thu, 01 Jan 1970.*Secure/,
    );
    const document = await request(secure.app).get('/api/openapi.json').expect(200);
    expect(document.body).toHaveProperty('components.securitySchemes.cookie.name', '__Host-session');
  } finally {
    await secure.stop();
  }
});

test('where there is http a cookie of the other name is none', async () => {
  const { body } = await signUp({ email: 'hal@example.org', password, name: 'Hal' }).expect(201);
  const { token } = body as { token: string };
  const me = async (name: string) =>
    request(general.app).get('/api/auth/me').set('Cookie', `${name}=${token}`);
  expect((await me('session')).status).toBe(200);
  expect((await me('__Host-session')).status).toBe(401);
});
