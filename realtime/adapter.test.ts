import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  connected,
  createRealtimeSystem,
  watch,
  type Process,
  type RealtimeSystem,
} from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
beforeAll(async () => {
  system = await createRealtimeSystem();
});
afterAll(() => system.stop());

/** The client's private connections for sharded channels. */
type Internals = {
  shardedSubscribers: { shardedSubscribers: Map<string, { getInstance: () => Redis | null }> };
};

const subscribersOf = ({ redis }: Process) =>
  [...(redis as unknown as Internals).shardedSubscribers.shardedSubscribers.values()].flatMap(
    (subscriber) => subscriber.getInstance() ?? [],
  );

const ban = (userId: number) => system.db('users').where({ id: userId }).update({ banned_at: new Date() });

/** Resolves when each process receives messages from the others. */
const inTouch = async (...processes: Process[]) => {
  for (const { io } of processes) {
    while ((await io.sockets.adapter.serverCount()) < processes.length) await sleep(20);
  }
};

test('a ban that one process sees ends the sockets on all others', async () => {
  const [seeing, blind] = [await system.process(), await system.process()];
  await inTouch(seeing, blind);
  const [ann, bob] = [await system.user(), await system.user()];
  const here = system.connect(seeing, ann);
  const there = system.connect(blind, ann);
  const other = system.connect(blind, bob);
  await Promise.all([here, there, other].map(connected));
  await blind.loseMysql();
  const gone = [here, there].map((socket) => once(socket as never, 'disconnect'));
  await ban(ann.userId);
  expect(await Promise.all(gone)).toMatchObject([['io server disconnect'], ['io server disconnect']]);
  expect(other.connected).toBe(true);
  await Promise.all([seeing.stop(), blind.stop()]);
});

test('after connections to Redis were lost, they reach each other again', async () => {
  const [seeing, blind] = [await system.process(), await system.process()];
  await inTouch(seeing, blind);
  const ann = await system.user();
  const here = system.connect(seeing, ann);
  const there = system.connect(blind, ann);
  await Promise.all([here, there].map(connected));
  await blind.loseMysql();
  // As if a node failed.
  for (const subscriber of [...subscribersOf(seeing), ...subscribersOf(blind)]) subscriber.stream?.destroy();
  await sleep(100);
  await inTouch(seeing, blind);
  const gone = [here, there].map((socket) => once(socket as never, 'disconnect'));
  await ban(ann.userId);
  expect(await Promise.all(gone)).toMatchObject([['io server disconnect'], ['io server disconnect']]);
  await Promise.all([seeing.stop(), blind.stop()]);
});

test('without Redis each process still ends the sockets of a banned user, by asking MySQL', async () => {
  const [one, other] = [await system.process(), await system.process()];
  const ann = await system.user();
  const sockets = [system.connect(one, ann), system.connect(other, ann)];
  await Promise.all(sockets.map(connected));
  for (const process of [one, other]) process.redis.disconnect();
  const since = performance.now();
  const gone = sockets.map((socket) => once(socket as never, 'disconnect'));
  await ban(ann.userId);
  expect(await Promise.all(gone)).toMatchObject([['io server disconnect'], ['io server disconnect']]);
  expect(performance.now() - since).toBeLessThan(1_500);
  await Promise.all([one.stop(), other.stop()]);
});

test('a socket that comes back after Redis was lost is told how things stand', async () => {
  const [one, other] = [await system.process(), await system.process()];
  const drop = await system.drop(2);
  const ann = await system.user();
  const socket = system.connect(one, ann);
  await watch(socket, drop);
  one.redis.disconnect();
  await system.claim(drop, ann);
  socket.disconnect();
  expect((await watch(system.connect(other, ann), drop)).entry.status).toBe('held');
  await Promise.all([one.stop(), other.stop()]);
});
