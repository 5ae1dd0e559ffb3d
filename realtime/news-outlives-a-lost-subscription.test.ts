import type { Redis } from 'ioredis';
import { createStage, next, watch, type Process, type Stage } from '../testing/realtime/stage.ts';

let stage: Stage;
let process: Process;
beforeAll(async () => {
  stage = await createStage();
  process = await stage.process();
});
afterAll(() => stage.stop());

/** The client's private connections for sharded channels. */
type Internals = {
  shardedSubscribers: { shardedSubscribers: Map<string, { getInstance: () => Redis | null }> };
};

const subscribers = () =>
  [...(process.redis as unknown as Internals).shardedSubscribers.shardedSubscribers.values()].flatMap(
    (subscriber) => subscriber.getInstance() ?? [],
  );

test('who missed news while Redis was away is told how things stand', async () => {
  const drop = await stage.drop(2);
  const [ann, bob] = [await stage.user(), await stage.user()];
  const [annSocket, bobSocket] = [stage.connect(process, ann), stage.connect(process, bob)];
  await Promise.all([watch(annSocket, drop), watch(bobSocket, drop)]);

  const caughtUp = next(annSocket, 'entry:outcome');
  // As if a node failed: the connection ends, and news before the next connection is lost.
  for (const subscriber of subscribers()) subscriber.stream?.destroy();
  await stage.claim(drop, ann);
  const { entry } = await caughtUp;
  expect(entry).toMatchObject({ status: 'held', seats: ['0.1'] });

  const heard = next(bobSocket, 'order:paid');
  const events = [
    { to: bob.userId, event: 'order:paid' as const, entry: { status: 'sold' as const, version: 1 } },
  ];
  await stage.tell({ dropId: drop.id, events });
  await heard;
});

test('a subscription that is gone without a sign is noticed and made anew', async () => {
  const drop = await stage.drop(2);
  const ann = await stage.user();
  const socket = stage.connect(process, ann);
  await watch(socket, drop);
  const caughtUp = next(socket, 'entry:outcome');
  const channel = stage.inventory.keys.news(drop.id);
  await Promise.all(
    subscribers()
      .filter(({ status }) => status === 'ready')
      .map((subscriber) => subscriber.sunsubscribe(channel).catch(() => {})),
  );
  await stage.claim(drop, ann);
  expect((await caughtUp).entry.status).toBe('held');
});
