import { TOTP } from 'otpauth';
import request from 'supertest';
import { signSession, verifySession } from '../../../shared/auth/session.ts';
import { SoftwarePasskey, type Forged } from '../../../testing/general/software-passkey.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../../testing/general/start-general.ts';
import { hashPassword } from '../passwords.ts';

const publicUrl = 'https://tickets.example.org';
let general: TestGeneral;
let hash: string;
beforeAll(async () => {
  general = await startGeneral({ publicUrl, secondFactor: 'compulsory' });
  hash = await hashPassword(password);
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const password = 'correct horse battery';
const badCode = { code: 'second_factor_wrong' };
const over = { code: 'second_step_over' };

type Step = { token: string; methods: string[]; passkey?: { challenge: string } };
type Added = { session: { token: string }; recoveryCodes?: string[] };

async function person(role: 'shopper' | 'organizer' | 'admin' = 'shopper'): Promise<TestUser> {
  const user = await general.user(role);
  await general.db('users').where({ id: user.userId }).update({ password_hash: hash });
  return user;
}

function call(method: 'get' | 'post' | 'delete', path: string, token?: string, body?: object) {
  const sent = request(general.app)[method](`/api/auth/${path}`);
  if (token !== undefined) void sent.set('Authorization', `Bearer ${token}`);
  return body ? sent.send(body) : sent;
}
const post = (path: string, token: string | undefined, body?: object) => call('post', path, token, body);

const signIn = (email: string) => post('signin', undefined, { email, password });
const startStep = async (email: string) => (await signIn(email).expect(202)).body as Step;
const finish = (token: string, answer: object) => post('second-step', undefined, { token, answer });

const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });

/** As if the codes that were used so far had been used that much earlier. */
const pass = (userId: number) =>
  general.db('second_factors').where({ user_id: userId }).update({ totp_step: 1 });

async function withApp(role?: Parameters<typeof person>[0]) {
  const user = await person(role);
  const begun = await post('second-factor/app/start', user.token, { password }).expect(200);
  const { token, secret } = begun.body as { token: string; secret: string };
  const { body } = await post('second-factor/app', user.token, { token, code: codeOf(secret) }).expect(201);
  const { session, recoveryCodes } = body as Added;
  await pass(user.userId);
  return { ...user, secret, proven: session.token, recoveryCodes: recoveryCodes! };
}

async function withPasskey(role?: Parameters<typeof person>[0]) {
  const user = await person(role);
  const key = new SoftwarePasskey(publicUrl);
  const { body } = await addKey(user.token, key, { password }).then(({ send }) => send().expect(201));
  return { ...user, key, proven: (body as Added).session.token };
}

async function addKey(token: string, key: SoftwarePasskey, start: object, forged?: Forged) {
  const begun = await post('second-factor/passkeys/start', token, start).expect(200);
  const asked = begun.body as { token: string; options: { challenge: string } };
  const response = key.create(asked.options, forged);
  return {
    send: () => post('second-factor/passkeys', token, { token: asked.token, name: 'Phone', response }),
  };
}

const topicsTo = async (userId: number) => {
  const rows = await general.db('outbox').orderBy('id').select<{ topic: string; payload: unknown }[]>();
  return rows
    .map(({ topic, payload }) => ({
      topic,
      ...((typeof payload === 'string' ? JSON.parse(payload) : payload) as { userId?: number }),
    }))
    .filter((row) => row.userId === userId)
    .map(({ topic }) => topic);
};

describe('an authenticator app', () => {
  test('is asked for after the password, and only with its code there is a session', async () => {
    const { email, secret, userId, recoveryCodes } = await withApp();
    expect(recoveryCodes).toHaveLength(10);
    const first = await signIn(email).expect(202);
    expect(first.headers['set-cookie']).toBeUndefined();
    const { token, methods, passkey } = first.body as Step;
    expect({ methods, passkey }).toEqual({ methods: ['code', 'recovery'], passkey: undefined });
    const { body } = await finish(token, { kind: 'code', code: codeOf(secret) }).expect(200);
    const session = verifySession((body as { token: string }).token, general.deps.sessionKeys);
    expect(session).toMatchObject({ userId, provenAt: expect.any(Number) });
    expect(await topicsTo(userId)).toEqual(['second-factor-added']);
    const stored = JSON.stringify(await general.db('second_factors').where({ user_id: userId }));
    for (const code of recoveryCodes) expect(stored).not.toContain(code.replaceAll('-', ''));
  });

  test('a code works once, also when it is sent twice at once; an older one no longer', async () => {
    const { email, secret } = await withApp();
    const steps = await Promise.all([startStep(email), startStep(email), startStep(email)]);
    const code = codeOf(secret, 1);
    const both = await Promise.all([0, 1].map((at) => finish(steps[at]!.token, { kind: 'code', code })));
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 401]));
    for (const old of [code, codeOf(secret), codeOf(secret, -1), codeOf(secret, -5)]) {
      const answer = await finish(steps[2].token, { kind: 'code', code: old }).expect(401);
      expect(answer.body).toMatchObject(badCode);
    }
  });

  test('after ten wrong codes no code is accepted, in any process and of whatever kind', async () => {
    const { email, secret, userId, recoveryCodes } = await withApp();
    const { token } = await startStep(email);
    const right = codeOf(secret);
    const wrong = right === '000000' ? '000001' : '000000';
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => finish(token, { kind: 'code', code: wrong })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const again = await startStep(email);
    const refused = await finish(again.token, { kind: 'code', code: right }).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1_700);
    await finish(again.token, { kind: 'recovery', code: recoveryCodes[0]! }).expect(429);
    const since = general.db.raw('now(3) - interval 31 minute');
    await general.db('second_factors').where({ user_id: userId }).update({ wrong_since: since });
    await finish(again.token, { kind: 'code', code: right }).expect(200);
  });

  test('a recovery code works once, in any writing; new ones replace the old ones', async () => {
    const { email, userId, proven, recoveryCodes } = await withApp();
    const use = async (code: string) => finish((await startStep(email)).token, { kind: 'recovery', code });
    const [first, second] = recoveryCodes;
    expect((await use(first!.toLowerCase().replaceAll('-', ' '))).status).toBe(200);
    expect((await use(first!)).body).toMatchObject(badCode);
    const { body } = await post('second-factor/recovery-codes', proven).expect(201);
    expect((await use(second!)).body).toMatchObject(badCode);
    expect((await use((body as { recoveryCodes: string[] }).recoveryCodes[9]!)).status).toBe(200);
    const { body: shown } = await call('get', 'second-factor', proven).expect(200);
    expect(shown).toMatchObject({ recoveryCodesLeft: 9, isProven: true, isCompulsory: false, passkeys: [] });
    expect(await topicsTo(userId)).toEqual([
      'second-factor-added',
      'recovery-code-used',
      'recovery-code-used',
    ]);
  });

  test('is added only with the password, and with a code that fits', async () => {
    const user = await person();
    for (const body of [{}, { password: 'not this one' }]) {
      const { body: refused } = await post('second-factor/app/start', user.token, body).expect(422);
      expect(refused).toMatchObject({ errors: [{ pointer: '/password', code: 'password_wrong' }] });
    }
    const begun = await post('second-factor/app/start', user.token, { password }).expect(200);
    const { token, secret } = begun.body as { token: string; secret: string };
    const other = await person();
    const code = codeOf(secret);
    const wrong = code === '000000' ? '000001' : '000000';
    const send = (by: string, sent: string) => post('second-factor/app', by, { token, code: sent });
    expect((await send(other.token, code)).body).toMatchObject(over);
    expect((await send(user.token, wrong)).body).toMatchObject(badCode);
    await send(user.token, code).expect(201);
    expect((await send(user.token, code)).body).toMatchObject(over);
    // The code that confirmed it does not sign in too.
    const step = await startStep(user.email);
    expect((await finish(step.token, { kind: 'code', code })).body).toMatchObject(badCode);
  });
});

describe('a passkey', () => {
  test('signs in, is listed with its last use, and is asked for by its id', async () => {
    const { email, key } = await withPasskey();
    const { token, methods, passkey } = await startStep(email);
    expect(methods).toEqual(['passkey', 'recovery']);
    expect(passkey).toMatchObject({ rpId: 'tickets.example.org', allowCredentials: [{ id: key.id }] });
    const { body } = await finish(token, { kind: 'passkey', response: key.get(passkey!) }).expect(200);
    const list = await call('get', 'second-factor', (body as { token: string }).token).expect(200);
    expect(list.body).toMatchObject({ passkeys: [{ name: 'Phone', usedAt: expect.any(String) }] });
  });

  test('an answer that is replayed, or of another origin, site, user, challenge or count is refused', async () => {
    const { email, key } = await withPasskey();
    const other = await withPasskey();
    const attempt = async (make: (asked: Step) => object) => {
      const asked = await startStep(email);
      const answer = { kind: 'passkey', response: make(asked) };
      const { status, body } = await finish(asked.token, answer);
      // A challenge is answered once, rightly or wrongly.
      expect((await finish(asked.token, answer)).body).toMatchObject(over);
      return status === 200 ? 'right' : (body as { code: string }).code;
    };
    const right = await startStep(email);
    const replayed = key.get(right.passkey!);
    await finish(right.token, { kind: 'passkey', response: replayed }).expect(200);
    const forged = (how: Forged) => attempt(({ passkey }) => key.get(passkey!, how));
    expect(await attempt(() => replayed)).toBe(badCode.code);
    expect(await forged({ origin: 'https://tickets.example.com' })).toBe(badCode.code);
    expect(await forged({ origin: 'http://tickets.example.org' })).toBe(badCode.code);
    expect(await forged({ rpId: 'example.org' })).toBe(badCode.code);
    expect(await forged({ counter: 1 })).toBe(badCode.code);
    expect(await attempt(({ passkey }) => other.key.get(passkey!))).toBe(badCode.code);
    expect(await attempt(({ passkey }) => ({ ...other.key.get(passkey!), id: key.id, rawId: key.id }))).toBe(
      badCode.code,
    );
    const elsewhere = await startStep(email);
    expect(await attempt(() => key.get(elsewhere.passkey!))).toBe(badCode.code);
    expect(await attempt(({ passkey }) => key.get(passkey!))).toBe('right');
  });

  test('a challenge that is old, or of another purpose or user, is over', async () => {
    const { email, key, proven, userId } = await withPasskey();
    const other = await withPasskey();
    const asked = await startStep(email);
    const answer = { kind: 'passkey', response: key.get(asked.passkey!) };
    const { token } = asked;
    // The token of the first step is good for nothing else.
    expect((await post('second-factor/proof', proven, { token, answer })).body).toMatchObject(over);
    expect((await call('get', 'me', token)).body).toMatchObject({ code: 'not_signed_in' });
    const newKey = { token, name: 'K', response: new SoftwarePasskey(publicUrl).create(asked.passkey!) };
    expect((await post('second-factor/passkeys', proven, newKey)).body).toMatchObject(over);
    const again = (await post('second-factor/start-proof', proven).expect(200)).body as Step;
    const proof = { token: again.token, answer: { kind: 'passkey', response: key.get(again.passkey!) } };
    expect((await post('second-factor/proof', other.proven, proof)).body).toMatchObject(over);
    expect((await post('second-step', undefined, proof)).body).toMatchObject(over);
    await general
      .db('factor_challenges')
      .where({ user_id: userId })
      .update({ made_at: general.db.raw('now(3) - interval 5 minute') });
    expect((await finish(token, answer)).body).toMatchObject(over);
    expect((await finish('x', answer)).body).toMatchObject(over);
  });

  test('is added only by an answer of this origin and site to this challenge, once, to one account', async () => {
    const user = await person();
    const key = new SoftwarePasskey(publicUrl);
    for (const forged of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }]) {
      const { send } = await addKey(user.token, key, { password }, forged);
      expect((await send().expect(401)).body).toMatchObject(badCode);
      expect((await send()).body).toMatchObject(over);
    }
    const { send } = await addKey(user.token, key, { password });
    await send().expect(201);
    const other = await person();
    const stolen = await addKey(other.token, key, { password });
    expect((await stolen.send()).body).toMatchObject(badCode);
    await signIn(other.email).expect(200);
  });

  test('of two sign-ins with the same count one is a copy', async () => {
    const { email, key } = await withPasskey();
    const steps = await Promise.all([startStep(email), startStep(email)]);
    const answers = await Promise.all(
      steps.map(({ token, passkey }) =>
        finish(token, { kind: 'passkey', response: key.get(passkey!, { counter: 7 }) }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  test('is not offered where the system is reached by an IP address', async () => {
    const byAddress = await startGeneral({ publicUrl: 'http://127.0.0.1:8080' });
    try {
      const { bearer } = await byAddress.user();
      const refused = await request(byAddress.app)
        .post('/api/auth/second-factor/passkeys/start')
        .set(bearer)
        .send({ password });
      expect(refused.body).toMatchObject({ code: 'passkeys_not_possible' });
    } finally {
      await byAddress.stop();
    }
  });
});

test('a new password, a ban or the end of all sessions ends a sign-in that is half done', async () => {
  const { email, secret, userId, proven } = await withApp();
  const { token } = await startStep(email);
  await call('delete', 'sessions', proven).expect(204);
  expect((await finish(token, { kind: 'code', code: codeOf(secret) })).body).toMatchObject(over);
  await pass(userId);
  await general
    .db('users')
    .where({ id: userId })
    .update({ banned_at: general.db.fn.now(3) });
  const banned = await startStep(email);
  const { body } = await finish(banned.token, { kind: 'code', code: codeOf(secret) }).expect(200);
  expect(body).toMatchObject({ scope: 'tickets' });
});

test('acts that need it ask for a proof of the last ten minutes; the session goes on', async () => {
  const { userId, secret, proven } = await withApp('admin');
  const target = await person();
  const change = (token: string) =>
    request(general.app)
      .patch(`/api/users/${target.userId}/role`)
      .set('Authorization', `Bearer ${token}`)
      .send({ role: 'organizer' });
  await change(proven).expect(200);
  const session = verifySession(proven, general.deps.sessionKeys)!;
  const { sessionKeys } = general.deps;
  const old = signSession({ ...session, provenAt: session.provenAt! - 601 }, sessionKeys, session.issuedAt);
  expect((await change(old).expect(403)).body).toMatchObject({ code: 'second_factor_again' });
  for (const path of ['second-factor/app/start', 'second-factor/passkeys/start']) {
    expect((await post(path, old, { password })).body).toMatchObject({ code: 'second_factor_again' });
  }
  expect((await call('delete', 'second-factor/app', old)).body).toMatchObject({
    code: 'second_factor_again',
  });
  const asked = (await post('second-factor/start-proof', old).expect(200)).body as Step;
  const answer = { kind: 'code', code: codeOf(secret) };
  const { body } = await post('second-factor/proof', old, { token: asked.token, answer }).expect(200);
  const renewed = verifySession((body as { token: string }).token, general.deps.sessionKeys)!;
  expect(renewed).toMatchObject({ userId, signInId: session.signInId, issuedAt: session.issuedAt });
  expect(renewed.endsAt).toBe(session.endsAt);
  await change((body as { token: string }).token).expect(200);
});

test('the last factor stays where one is compulsory, and goes where it is not', async () => {
  const admin = await withApp('admin');
  const { body } = await call('delete', 'second-factor/app', admin.proven).expect(409);
  expect(body).toMatchObject({ code: 'last_second_factor' });
  const key = new SoftwarePasskey(publicUrl);
  const added = await addKey(admin.proven, key, {}).then(({ send }) => send().expect(201));
  // There are recovery codes already.
  expect((added.body as Added).recoveryCodes).toBeUndefined();
  await call('delete', 'second-factor/app', admin.proven).expect(204);
  const [{ id }] = (await general.db('passkeys').where({ user_id: admin.userId })) as [{ id: number }];
  await call('delete', `second-factor/passkeys/${id}`, admin.proven).expect(409);
  const shopper = await withPasskey();
  await call('delete', `second-factor/passkeys/${id}`, shopper.proven).expect(404);
  const [own] = (await general.db('passkeys').where({ user_id: shopper.userId })) as [{ id: number }];
  await call('delete', `second-factor/passkeys/${own.id}`, shopper.proven).expect(204);
  await signIn(shopper.email).expect(200);
  const { body: left } = await call('get', 'second-factor', shopper.proven).expect(200);
  expect(left).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
});

test('an admin removes the factors of somebody who lost them: sessions end, the user is told', async () => {
  const { proven: by } = await withApp('admin');
  const lost = await withPasskey('organizer');
  const remove = (userId: number) =>
    request(general.app)
      .post(`/api/users/${userId}/remove-second-factors`)
      .set('Authorization', `Bearer ${by}`)
      .send({ reason: 'Lost the phone, known by voice' });
  await remove(lost.userId).expect(200);
  expect((await call('get', 'me', lost.proven)).body).toMatchObject({ code: 'not_signed_in' });
  const { body } = await signIn(lost.email).expect(200);
  const me = await call('get', 'me', (body as { token: string }).token).expect(200);
  expect(me.body).toMatchObject({ needs: 'factor' });
  expect(await topicsTo(lost.userId)).toEqual(['second-factor-added', 'second-factors-removed']);
  const own = await general.db('audit_log').where({ act: 'second_factors_removed' });
  expect(own).toHaveLength(1);
  // Again: nothing is left to remove.
  await remove(lost.userId).expect(200);
  expect(await general.db('audit_log').where({ act: 'second_factors_removed' })).toHaveLength(1);
});
