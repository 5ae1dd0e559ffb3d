import type { Redis } from 'ioredis';
import {
  createRealtimeSystem,
  next,
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

/** The client's private connections for sharded channels. */
type Internals = {
  shardedSubscribers: { shardedSubscribers: Map<string, { getInstance: () => Redis | null }> };
};

const subscribers = () =>
  [...(process.redis as unknown as Internals).shardedSubscribers.shardedSubscribers.values()].flatMap(
    (subscriber) => subscriber.getInstance() ?? [],
  );

test('who missed news while Redis was away is told how things stand', async () => {
  const drop = await system.drop(2);
  const [ann, bob] = [await system.user(), await system.user()];
  const [annSocket, bobSocket] = [system.connect(process, ann), system.connect(process, bob)];
  await Promise.all([watch(annSocket, drop), watch(bobSocket, drop)]);

  const caughtUp = next(annSocket, 'entry:outcome');
  // As if a node failed: the connection ends, and news before the next connection is lost.
  for (const subscriber of subscribers()) subscriber.stream?.destroy();
  await system.claim(drop, ann);
  const { entry } = await caughtUp;
  expect(entry).toMatchObject({ status: 'held', seats: ['0.1'] });

  const heard = next(bobSocket, 'order:paid');
  const events = [
    { to: bob.userId, event: 'order:paid' as const, entry: { status: 'sold' as const, version: 1 } },
  ];
  await system.tell({ dropId: drop.id, events });
  await heard;
});

test('a subscription that is gone without a sign is noticed and made anew', async () => {
  const drop = await system.drop(2);
  const ann = await system.user();
  const socket = system.connect(process, ann);
  await watch(socket, drop);
  const caughtUp = next(socket, 'entry:outcome');
  const channel = system.inventory.keys.news(drop.id);
  await Promise.all(
    subscribers()
      .filter(({ status }) => status === 'ready')
      .map((subscriber) => subscriber.sunsubscribe(channel).catch(() => {})),
  );
  await system.claim(drop, ann);
  expect((await caughtUp).entry.status).toBe('held');
});
