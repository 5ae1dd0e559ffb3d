import { once } from 'node:events';
import { usualLimits } from '../shared/http/front-door-limits.ts';
import { eventually } from '../testing/eventually.ts';
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

const limit = usualLimits.socketsPerToken;

test('a user has as many sockets as nginx allows a session, wherever the token stands; others have theirs', async () => {
  const [ann, bob] = [await system.user(), await system.user()];
  // nginx cannot see a token in the handshake. All sockets connect concurrently.
  const sockets = Array.from({ length: limit + 10 }, () =>
    system.connect(process, ann, { reconnection: false }),
  );
  const answers = await Promise.all(
    sockets.map((socket) =>
      connected(socket).then(
        () => 'joined',
        (error: Error & { data?: { code?: string } }) => error.data?.code,
      ),
    ),
  );
  expect(answers.filter((answer) => answer === 'joined')).toHaveLength(limit);
  expect(answers.filter((answer) => answer === 'too_many_connections')).toHaveLength(10);

  const byHeader = { extraHeaders: { authorization: `Bearer ${ann.token}` }, reconnection: false };
  expect(await refusal(system.connect(process, undefined, byHeader))).toBe('too_many_connections');
  await connected(system.connect(process, bob));
  // Visitors who are not signed in are counted by nginx, by address.
  await Promise.all(Array.from({ length: limit + 1 }, () => connected(system.connect(process))));

  // A socket that disconnects makes room for another.
  const left = sockets.find((socket) => socket.connected)!;
  left.disconnect();
  await eventually(async () => {
    const socket = system.connect(process, ann, { reconnection: false });
    return connected(socket).then(
      () => true,
      () => false,
    );
  });
});

test('those who are refused leave nothing behind', async () => {
  const user = await system.user();
  const drop = await system.drop(1);
  const sockets = Array.from({ length: limit }, () => system.connect(process, user));
  await Promise.all(sockets.map((socket) => watch(socket, drop)));
  const refused = Array.from({ length: 5 }, () => system.connect(process, user, { reconnection: false }));
  expect(new Set(await Promise.all(refused.map(refusal)))).toEqual(new Set(['too_many_connections']));
  const gone = sockets.map((socket) => once(socket as never, 'disconnect'));
  for (const socket of [...sockets, ...refused]) socket.disconnect();
  await Promise.all(gone);
  await eventually(() => process.io.sockets.adapter.rooms.get(`user:${user.userId}`) === undefined);
});
