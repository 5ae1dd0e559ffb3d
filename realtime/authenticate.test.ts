import { connect } from 'node:net';
import jwt from 'jsonwebtoken';
import { signCheckoutToken } from '../shared/auth/checkout-token.ts';
import { signSession } from '../shared/auth/session.ts';
import { eventually } from '../testing/eventually.ts';
import { randomKeys } from '../testing/keys.ts';
import { handshake } from '../testing/realtime/raw-client.ts';
import {
  connected,
  createRealtimeSystem,
  refusal,
  watch,
  type Process,
  type RealtimeSystem,
} from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
let process: Process;
beforeAll(async () => {
  system = await createRealtimeSystem();
  process = await system.process();
});
afterAll(() => system.stop());

test('tokens that are not sessions of ours are refused, not taken for anonymous', async () => {
  const { sessionKeys } = system;
  const key = sessionKeys[0].secret;
  const claims = { role: 'shopper', sub: '1', aud: 'session' };
  const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
  const [head, , signature] = signSession({ userId: 1, role: 'shopper' }, sessionKeys).split('.');
  const tokens = {
    junk: 'junk',
    empty: '',
    'alg none': unsigned,
    'another key': signSession({ userId: 1, role: 'shopper' }, randomKeys()),
    'another buyer': `${head}.${encode({ ...claims, sub: '2' })}.${signature}`,
    expired: jwt.sign({ role: 'shopper' }, key, { subject: '1', audience: 'session', expiresIn: -1 }),
    'another purpose': signCheckoutToken(
      { buyerId: 1, dropId: 1, partition: 0, holdId: 'x', seats: [], expiresAt: Date.now() + 60_000 },
      sessionKeys,
    ),
    'another algorithm': jwt.sign({ role: 'shopper' }, key, {
      algorithm: 'HS512',
      subject: '1',
      audience: 'session',
    }),
    'no role': jwt.sign({}, key, { subject: '1', audience: 'session' }),
    'no user': jwt.sign({ role: 'shopper' }, key, { subject: 'x', audience: 'session' }),
  };
  for (const [what, token] of Object.entries(tokens)) {
    const sockets = [
      system.connect(process, undefined, { auth: { token }, reconnection: false }),
      system.connect(process, undefined, {
        extraHeaders: { cookie: `session=${token}` },
        reconnection: false,
      }),
    ];
    const codes = await Promise.all(sockets.map(refusal));
    // An empty cookie is how a sign-out deletes the cookie in a browser.
    expect([what, ...codes]).toEqual([what, 'not_signed_in', 'not_signed_in']);
  }
  for (const token of [7, {}, ['x'], true]) {
    const socket = system.connect(process, undefined, { auth: { token }, reconnection: false });
    expect(await refusal(socket)).toBe('not_signed_in');
  }
  expect(system.complaints()).toEqual([]);
});

test('a session is taken from auth.token, the Authorization header or the cookie', async () => {
  const drop = await system.drop(3);
  const user = await system.user();
  await system.claim(drop, user);
  const ways = [
    { auth: { token: user.token } },
    { extraHeaders: { authorization: `Bearer ${user.token}` } },
    { extraHeaders: { cookie: `theme=dark; session=${user.token}` } },
  ];
  for (const options of ways) {
    const { entry } = await watch(system.connect(process, undefined, options), drop);
    expect(entry.status).toBe('held');
  }
});

test('over https a session is in a cookie that no other host can set, and in no other', async () => {
  const secure = await system.process({ publicUrl: 'https://seatdrop.test' });
  const drop = await system.drop(3);
  const user = await system.user();
  await system.claim(drop, user);
  const entryBy = async (cookie: string) =>
    (await watch(system.connect(secure, undefined, { extraHeaders: { cookie } }), drop)).entry.status;
  expect(await entryBy(`__Host-session=${user.token}`)).toBe('held');
  // It counts as no token: this socket is anonymous.
  expect(await entryBy(`session=${user.token}`)).toBe('none');
});

test('another site’s page does not get in with our cookie, nor does one retry make it anonymous', async () => {
  const user = await system.user();
  const cookie = `session=${user.token}`;
  const from = (origin: string) =>
    system.connect(process, undefined, { extraHeaders: { cookie, origin }, reconnection: false });
  expect(await refusal(from('https://elsewhere.test'))).toBe('cross_site_request');
  expect(await refusal(from('null'))).toBe('cross_site_request');
  await connected(from(process.url));
  const withToken = system.connect(process, user, { extraHeaders: { origin: 'https://elsewhere.test' } });
  await connected(withToken);
});

test('who comes with many is turned away at the door; others at the same address get in', async () => {
  const flooded = await system.process();
  const from = (address: string, token: string) =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(Number(new URL(flooded.url).port), '127.0.0.1');
      socket.once('error', reject);
      socket.once('data', (data: Buffer) => {
        resolve(Number(data.toString('latin1', 9, 12)));
        socket.destroy();
      });
      socket.write(handshake(`X-Forwarded-For: ${address}`, `Cookie: session=${token}`));
    });
  const flood = () => Promise.all(Array.from({ length: 300 }, (_, at) => from('192.0.2.1', `a.b.${at}`)));
  expect((await flood()).filter((status) => status === 101).length).toBeGreaterThanOrEqual(100);
  await eventually(async () => (await flood()).some((status) => status !== 101));
  const user = await system.user();
  expect(await from('192.0.2.1', user.token)).toBe(101);
  expect(await from('192.0.2.2', 'a.b.1')).toBe(101);
});

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
