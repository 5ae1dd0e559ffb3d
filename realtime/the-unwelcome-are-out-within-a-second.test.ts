import { once } from 'node:events';
import jwt from 'jsonwebtoken';
import { firstValidIssue } from '../shared/auth/banned-users.ts';
import { signSession } from '../shared/auth/session.ts';
import { createStage, refusal, watch, type Process, type Stage } from '../testing/realtime/stage.ts';

let stage: Stage;
let process: Process;
beforeAll(async () => {
  stage = await createStage();
  process = await stage.process();
});
afterAll(() => stage.stop());

test('a user who is banned loses all sockets within a second, and gets no new one', async () => {
  const drop = await stage.drop(1);
  const [ann, bob] = [await stage.user(), await stage.user()];
  const banned = [stage.connect(process, ann), stage.connect(process, ann)];
  const others = [stage.connect(process, bob), stage.connect(process)];
  await Promise.all([...banned, ...others].map((socket) => watch(socket, drop)));

  const gone = banned.map((socket) => once(socket as never, 'disconnect'));
  const since = performance.now();
  await stage.db('users').where({ id: ann.userId }).update({ banned_at: new Date() });
  // A disconnect by the server, after which a client does not reconnect by itself.
  expect(await Promise.all(gone)).toMatchObject([['io server disconnect'], ['io server disconnect']]);
  expect(performance.now() - since).toBeLessThan(1_000);

  expect(others.every(({ connected }) => connected)).toBe(true);
  expect(await refusal(stage.connect(process, ann, { reconnection: false }))).toBe('banned');
});

test('a session that is good for tickets alone opens no socket', async () => {
  const { userId } = await stage.user();
  const key = stage.sessionKeys;
  const token = signSession({ userId, role: 'shopper', scope: 'tickets' }, key);
  expect(await refusal(stage.connect(process, { userId, token }, { reconnection: false }))).toBe('banned');
});

test('a socket of a session from before a ban does not outlive the ban, and comes back with a new session', async () => {
  const drop = await stage.drop(1);
  const user = await stage.user();
  const socket = stage.connect(process, user);
  await watch(socket, drop);
  const gone = once(socket as never, 'disconnect');
  await stage
    .db('users')
    .where({ id: user.userId })
    .update({ sessions_since: stage.db.fn.now(3) });
  expect(await gone).toMatchObject(['io server disconnect']);
  expect(await refusal(stage.connect(process, user, { reconnection: false }))).toBe('not_signed_in');

  const row = await stage.db('users').where({ id: user.userId }).first();
  const key = stage.sessionKeys;
  const token = signSession({ userId: user.userId, role: 'shopper' }, key, firstValidIssue(row));
  await watch(stage.connect(process, { userId: user.userId, token }), drop);
});

test('a socket ends with its session', async () => {
  const { userId } = await stage.user();
  const key = stage.sessionKeys[0].secret;
  const claims = { role: 'shopper', exp: Math.floor(Date.now() / 1000) + 2 };
  const token = jwt.sign(claims, key, { subject: String(userId), audience: 'session' });
  const socket = stage.connect(process, { userId, token });
  const [reason] = (await once(socket as never, 'disconnect')) as [string];
  expect(reason).toBe('io server disconnect');
  expect(Date.now() - claims.exp * 1000).toBeGreaterThanOrEqual(0);
  expect(Date.now() - claims.exp * 1000).toBeLessThan(1_000);
});
