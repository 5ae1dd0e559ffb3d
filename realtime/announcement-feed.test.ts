import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  collect,
  createRealtimeSystem,
  next,
  watch,
  type Process,
  type RealtimeSystem,
  type TestSocket,
} from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
let one: Process;
let other: Process;
beforeEach(async () => {
  system = await createRealtimeSystem();
  [one, other] = [await system.process(), await system.process()];
  for (const { io } of [one, other]) {
    while ((await io.sockets.adapter.serverCount()) < 2) await sleep(20);
  }
});
afterEach(() => system.stop());

const announced = (socket: TestSocket, text: string) =>
  next(socket, 'drop:announced', ({ announcement }) => announcement.text === text);

test('an announcement reaches the sockets of all processes, each once, before the state that counts it', async () => {
  const drop = await system.drop(2);
  const elsewhere = await system.drop(2);
  const sockets = [system.connect(one), system.connect(one, await system.user()), system.connect(other)];
  const stranger = system.connect(other);
  const strangers = collect(stranger);
  await watch(stranger, elsewhere);
  const told = sockets.map(() => [] as unknown[]);
  for (const [at, socket] of sockets.entries()) {
    expect((await watch(socket, drop)).drop.announcements).toBe(0);
    socket.on('drop:announced', ({ dropId, announcement: { number, text } }) => {
      expect(dropId).toBe(drop.id);
      told[at]?.push(text, number);
    });
    socket.on('drop:state', ({ announcements }) => told[at]?.push(`counts ${announcements}`));
  }
  // The first states after the watchers joined.
  await sleep(600);
  for (const list of told) list.length = 0;
  for (const text of ['first', 'second']) {
    const heard = sockets.map((socket) => announced(socket, text));
    const counted = sockets.map((socket) => next(socket, 'drop:state'));
    await system.announce(drop, text);
    await Promise.all([...heard, ...counted]);
  }
  const expected = ['first', 1, 'counts 1', 'second', 2, 'counts 2'];
  expect(told).toEqual([expected, expected, expected]);
  expect(strangers).toEqual([]);
});

test('several at once come in order', async () => {
  const drop = await system.drop(2);
  const socket = system.connect(one);
  const told = collect(socket);
  await watch(socket, drop);
  await sleep(600);
  const last = announced(socket, 'third');
  for (const text of ['first', 'second', 'third']) await system.announce(drop, text);
  await last;
  expect(told.map(([, news]) => (news as { announcement: { number: number } }).announcement.number)).toEqual([
    1, 2, 3,
  ]);
});

test('who comes later, or comes back, is told how many there are', async () => {
  const drop = await system.drop(2);
  const socket = system.connect(one);
  await watch(socket, drop);
  const heard = announced(socket, 'said before');
  await system.announce(drop, 'said before');
  await heard;
  expect((await watch(system.connect(one), drop)).drop.announcements).toBe(1);
  socket.disconnect();
  await system.announce(drop, 'said meanwhile');
  const back = system.connect(other);
  const counts = next(back, 'drop:state', ({ announcements }) => announcements === 2);
  // The process may not have polled yet. Then it sends the announcement after its next poll.
  if ((await watch(back, drop)).drop.announcements < 2) await counts;
});

test('a process that cannot ask MySQL hears it from the others', async () => {
  const drop = await system.drop(2);
  const [here, there] = [system.connect(one), system.connect(other)];
  await Promise.all([watch(here, drop), watch(there, drop)]);
  await sleep(600);
  await other.loseMysql();
  const heard = [here, there].map((socket) => announced(socket, 'from the other'));
  await system.announce(drop, 'from the other');
  expect(await Promise.all(heard)).toMatchObject([{ dropId: drop.id }, { dropId: drop.id }]);
});

test('without Redis each process finds it by itself, and tells it once', async () => {
  const drop = await system.drop(2);
  const sockets = [system.connect(one), system.connect(other)];
  const told = sockets.map(collect);
  for (const socket of sockets) await watch(socket, drop);
  await sleep(600);
  for (const { redis } of [one, other]) redis.disconnect();
  for (const text of ['first', 'second']) {
    const heard = sockets.map((socket) => announced(socket, text));
    await system.announce(drop, text);
    await Promise.all(heard);
  }
  expect(told.map((list) => list.length)).toEqual([2, 2]);
  for (const { redis } of [one, other]) await redis.connect();
});

/** The client's private connections for sharded channels. */
type Internals = {
  shardedSubscribers: { shardedSubscribers: Map<string, { getInstance: () => Redis | null }> };
};

test('one that is made while subscriptions are lost is not', async () => {
  const drop = await system.drop(2);
  const sockets = [system.connect(one), system.connect(other)];
  for (const socket of sockets) await watch(socket, drop);
  await sleep(600);
  for (const { redis } of [one, other]) {
    const { shardedSubscribers } = (redis as unknown as Internals).shardedSubscribers;
    for (const subscriber of shardedSubscribers.values()) subscriber.getInstance()?.stream?.destroy();
  }
  const heard = sockets.map((socket) => announced(socket, 'while it was away'));
  await system.announce(drop, 'while it was away');
  expect(await Promise.all(heard)).toMatchObject([{ dropId: drop.id }, { dropId: drop.id }]);
});
