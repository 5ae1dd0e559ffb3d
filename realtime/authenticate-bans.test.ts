import { once } from 'node:events';
import jwt from 'jsonwebtoken';
import { firstValidIssue } from '../shared/auth/banned-users.ts';
import { signSession, verifySession } from '../shared/auth/session.ts';
import {
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

test('a user who is banned loses all sockets within a second, and gets no new one', async () => {
  const drop = await system.drop(1);
  const [ann, bob] = [await system.user(), await system.user()];
  const banned = [system.connect(process, ann), system.connect(process, ann)];
  const others = [system.connect(process, bob), system.connect(process)];
  await Promise.all([...banned, ...others].map((socket) => watch(socket, drop)));

  const gone = banned.map((socket) => once(socket as never, 'disconnect'));
  const since = performance.now();
  await system.db('users').where({ id: ann.userId }).update({ banned_at: new Date() });
  // A disconnect by the server, after which a client does not reconnect by itself.
  expect(await Promise.all(gone)).toMatchObject([['io server disconnect'], ['io server disconnect']]);
  expect(performance.now() - since).toBeLessThan(1_000);

  expect(others.every(({ connected }) => connected)).toBe(true);
  expect(await refusal(system.connect(process, ann, { reconnection: false }))).toBe('banned');
});

test('a session that is good for tickets alone opens no socket', async () => {
  const { userId } = await system.user();
  const key = system.sessionKeys;
  const token = signSession({ userId, role: 'shopper', scope: 'tickets' }, key);
  expect(await refusal(system.connect(process, { userId, token }, { reconnection: false }))).toBe('banned');
});

test('a session whose address is not confirmed opens a socket', async () => {
  const drop = await system.drop(1);
  const { userId } = await system.user();
  const token = signSession({ userId, role: 'shopper', scope: 'unconfirmed' }, system.sessionKeys);
  expect(await watch(system.connect(process, { userId, token }), drop)).toBeDefined();
});

test('a socket of a session from before a ban does not outlive the ban, and comes back with a new session', async () => {
  const drop = await system.drop(1);
  const user = await system.user();
  const socket = system.connect(process, user);
  await watch(socket, drop);
  const gone = once(socket as never, 'disconnect');
  await system
    .db('users')
    .where({ id: user.userId })
    .update({ sessions_since: system.db.fn.now(3) });
  expect(await gone).toMatchObject(['io server disconnect']);
  expect(await refusal(system.connect(process, user, { reconnection: false }))).toBe('not_signed_in');

  const row = await system.db('users').where({ id: user.userId }).first();
  const key = system.sessionKeys;
  const token = signSession({ userId: user.userId, role: 'shopper' }, key, firstValidIssue(row));
  await watch(system.connect(process, { userId: user.userId, token }), drop);
});

test('a session that is ended loses its sockets and gets no new one; others of its user keep theirs', async () => {
  const drop = await system.drop(1);
  const user = await system.user();
  const other = { ...user, token: signSession({ userId: user.userId, role: 'shopper' }, system.sessionKeys) };
  const [ended, kept] = [system.connect(process, user), system.connect(process, other)];
  await Promise.all([ended, kept].map((socket) => watch(socket, drop)));
  const gone = once(ended as never, 'disconnect');
  const sid = verifySession(user.token, system.sessionKeys)!.signInId;
  const now = system.db.fn.now(3);
  await system.db('sessions').insert({
    sid,
    user_id: user.userId,
    made_at: now,
    seen_at: now,
    address: '192.0.2.1',
    ended_at: now,
  });
  expect(await gone).toMatchObject(['io server disconnect']);
  expect(await refusal(system.connect(process, user, { reconnection: false }))).toBe('not_signed_in');
  expect(kept.connected).toBe(true);
  await watch(system.connect(process, other), drop);
});

test('a socket ends with its session', async () => {
  const { userId } = await system.user();
  const key = system.sessionKeys[0].secret;
  const claims = { role: 'shopper', exp: Math.floor(Date.now() / 1000) + 2 };
  const token = jwt.sign(claims, key, { subject: String(userId), audience: 'session' });
  const socket = system.connect(process, { userId, token });
  const [reason] = (await once(socket as never, 'disconnect')) as [string];
  expect(reason).toBe('io server disconnect');
  expect(Date.now() - claims.exp * 1000).toBeGreaterThanOrEqual(0);
  expect(Date.now() - claims.exp * 1000).toBeLessThan(1_000);
});
