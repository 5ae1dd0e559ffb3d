import type { DropState } from '../shared/messages/realtime-events.ts';
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

test('every watcher of the drop sees each change, and only of that drop', async () => {
  const [drop, another] = [await system.drop(3), await system.drop(3)];
  const [ann, bob] = [await system.user(), await system.user()];
  const [anybody, signedIn] = [system.connect(process), system.connect(process, ann)];
  const elsewhere = system.connect(process);
  await Promise.all([watch(anybody, drop), watch(signedIn, drop), watch(elsewhere, another)]);
  const strays: DropState[] = [];
  elsewhere.on('drop:state', (state) => {
    if (state.dropId !== another.id || state.held > 0) strays.push(state);
  });

  for (const [buyer, free] of [
    [ann, 2],
    [bob, 1],
  ] as const) {
    const seen = [anybody, signedIn].map((socket) =>
      next(socket, 'drop:state', (state) => state.free === free),
    );
    await system.claim(drop, buyer);
    for (const state of await Promise.all(seen)) {
      expect(state).toMatchObject({ dropId: drop.id, capacity: 3, free, held: 3 - free, soldOut: false });
    }
  }
  expect(strays).toEqual([]);
});

test('a drop that changes all the time is told of at most four times a second', async () => {
  const drop = await system.drop(100);
  const users = await Promise.all(Array.from({ length: 100 }, () => system.user()));
  const socket = system.connect(process);
  await watch(socket, drop);
  const times: number[] = [];
  socket.on('drop:state', () => times.push(performance.now()));
  const done = next(socket, 'drop:state', ({ soldOut }) => soldOut);
  const since = performance.now();
  for (const user of users) {
    await system.claim(drop, user);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await done;
  const seconds = (performance.now() - since) / 1000;
  expect(times.length).toBeGreaterThan(2);
  expect(times.length).toBeLessThanOrEqual(seconds * 4 + 2);
});

test('nothing is sent while nothing changes', async () => {
  const drop = await system.drop(3);
  const [socket, fence] = [system.connect(process), system.connect(process)];
  await watch(socket, drop);
  // The first state that the process reads is sent once.
  const states: DropState[] = [];
  socket.on('drop:state', (state) => states.push(state));
  const other = await system.drop(3);
  await watch(fence, other);
  for (let change = 1; change <= 3; change += 1) {
    const seen = next(fence, 'drop:state', ({ held }) => held === change);
    await system.claim(other, await system.user());
    await seen;
  }
  expect(states.length).toBeLessThanOrEqual(1);
});
