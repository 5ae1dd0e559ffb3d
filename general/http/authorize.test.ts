import jwt from 'jsonwebtoken';
import request from 'supertest';
import { signCheckoutToken } from '../../shared/auth/checkout-token.ts';
import { signSession } from '../../shared/auth/session.ts';
import { eventually } from '../../testing/eventually.ts';
import { randomKeys } from '../../testing/keys.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let user: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  user = await general.user();
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const now = () => Math.floor(Date.now() / 1000);
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Tokens that are almost a valid session of `user` or of an admin. */
const forgeries: Record<string, () => string> = {
  nothing: () => '',
  nonsense: () => 'a.b.c',
  'ten thousand characters': () => 'x'.repeat(10_000),
  'signed with another key': () => signSession({ userId: user.userId, role: 'admin' }, randomKeys()),
  'not signed (alg: none)': () =>
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: String(user.userId), role: 'admin', aud: 'session', exp: now() + 60 })}.`,
  'with its claims changed': () => {
    const [header, , signature] = user.token.split('.');
    return [header, encode({ ...(jwt.decode(user.token) as object), role: 'admin' }), signature].join('.');
  },
  'signed by another algorithm': () => sign({}, { algorithm: 'HS384' }),
  expired: () => sign({ exp: now() - 1 }),
  'for another audience': () => sign({ aud: 'checkout' }),
  'of nobody': () => sign({ sub: '0' }),
  'of no known role': () => sign({ role: 'root' }),
  'a checkout token': () =>
    signCheckoutToken(
      {
        buyerId: user.userId,
        dropId: 1,
        partition: 0,
        holdId: 'h',
        seats: ['0.1'],
        expiresAt: Date.now() + 60_000,
      },
      general.deps.sessionKeys,
    ),
};

function sign(claims: object, options: jwt.SignOptions = {}): string {
  const valid = { sub: String(user.userId), role: 'shopper', aud: 'session', exp: now() + 60 };
  return jwt.sign({ ...valid, ...claims }, general.deps.sessionKeys[0].secret, options);
}

test('a session made the same way but well is accepted', async () => {
  const answer = await request(general.app)
    .get('/api/auth/me')
    .set('Authorization', `Bearer ${sign({})}`);
  expect(answer.status).toBe(200);
});

describe.each(Object.entries(forgeries))('a token %s', (_name, forge) => {
  test.each(['Authorization', 'Cookie'])('in %s is no session', async (header) => {
    const value = header === 'Cookie' ? `session=${forge()}` : `Bearer ${forge()}`;
    const mine = await request(general.app).get('/api/auth/me').set(header, value).expect(401);
    expect(mine.body).toMatchObject({ code: 'not_signed_in' });
    await request(general.app).get('/api/users').query({ email: user.email }).set(header, value).expect(401);
    // On a route that needs no session it is ignored.
    await request(general.app).get('/api/events').set(header, value).expect(200);
  });
});

test('a bad token in the header is not outweighed by a cookie beside it', async () => {
  const answer = await request(general.app)
    .get('/api/auth/me')
    .set('Authorization', 'Bearer nonsense')
    .set('Cookie', `session=${user.token}`);
  expect(answer.status).toBe(401);
});

test('who comes with many gets no more than who has none; others at the same address are served', async () => {
  // A process of its own, since the tests above have used up part of this address's limit.
  const flooded = await startGeneral();
  try {
    const shopper = await flooded.user();
    const ask = (token: string, address = '192.0.2.1') =>
      request(flooded.app)
        .get('/api/events')
        .set({ 'X-Forwarded-For': address, Authorization: `Bearer ${token}` });
    const flood = () => Promise.all(Array.from({ length: 300 }, (_, at) => ask(`a.b.${at}`)));
    const answers = await flood();
    const refused = await eventually(async () => {
      const some = [...answers, ...(await flood())].filter(({ status }) => status === 429);
      return some.length > 0 && some;
    });
    expect(refused[0]!.body).toMatchObject({ code: 'too_many_requests' });
    expect(refused[0]!.headers['retry-after']).toBe('1');
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(100);
    expect((await ask(shopper.token)).status).toBe(200);
    expect((await ask('a.b.1', '192.0.2.2')).status).toBe(200);
  } finally {
    await flooded.stop();
  }
});
