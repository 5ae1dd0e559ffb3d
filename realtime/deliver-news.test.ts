import {
  collect,
  createRealtimeSystem,
  next,
  watch,
  type Process,
  type RealtimeSystem,
} from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
let one: Process;
let other: Process;
beforeAll(async () => {
  system = await createRealtimeSystem();
  [one, other] = [await system.process(), await system.process()];
});
afterAll(() => system.stop());

test('all sockets of a buyer hear of it, on whichever process; nobody else does', async () => {
  const drop = await system.drop(10);
  const [ann, bob] = [await system.user(), await system.user()];
  const annHere = system.connect(one, ann);
  const annThere = system.connect(other, ann);
  const bobHere = system.connect(one, bob);
  const anybody = system.connect(other);
  const all = [annHere, annThere, bobHere, anybody];
  await Promise.all(all.map((socket) => watch(socket, drop)));
  const [, , toBob, toAnybody] = all.map(collect);

  const entry = { status: 'held' as const, version: 1, seats: ['0.5'] };
  const heard = [next(annHere, 'entry:outcome'), next(annThere, 'entry:outcome')];
  await system.tell({ dropId: drop.id, events: [{ to: ann.userId, event: 'entry:outcome', entry }] });
  for (const news of await Promise.all(heard)) expect(news).toEqual({ dropId: drop.id, entry });

  // Channels keep their order, so the next event that Bob gets shows that none was sent to him before.
  const paid = next(bobHere, 'order:paid');
  const sold = { status: 'sold' as const, version: 1, orderId: '00000000000000-0' };
  await system.tell({ dropId: drop.id, events: [{ to: bob.userId, event: 'order:paid', entry: sold }] });
  expect(await paid).toEqual({ dropId: drop.id, entry: sold });
  expect(toBob).toEqual([['order:paid', { dropId: drop.id, entry: sold }]]);
  expect(toAnybody).toEqual([]);
});

test('those who got nothing are told so, each once', async () => {
  const drop = await system.drop(10);
  const losers = await Promise.all(Array.from({ length: 20 }, () => system.user()));
  const winner = await system.user();
  const sockets = losers.map((loser, index) => system.connect(index % 2 ? one : other, loser));
  const winning = system.connect(one, winner);
  await Promise.all([...sockets, winning].map((socket) => watch(socket, drop)));
  const told = sockets.map(collect);

  const all = Promise.all(sockets.map((socket) => next(socket, 'entry:outcome')));
  const toWinner = next(winning, 'hold:promoted');
  await system.tell({
    dropId: drop.id,
    soldOut: losers.map(({ userId }) => userId),
    soldOutVersion: 7,
    events: [{ to: winner.userId, event: 'hold:promoted', entry: { status: 'held', version: 1 } }],
  });
  for (const news of await all)
    expect(news).toEqual({ dropId: drop.id, entry: { status: 'sold_out', version: 7 } });
  expect(await toWinner).toEqual({ dropId: drop.id, entry: { status: 'held', version: 1 } });
  expect(told.every((events) => events.length === 1)).toBe(true);
});

test('a socket that no longer watches the drop still hears of its own entry, others not of the drop', async () => {
  const drop = await system.drop(10);
  const [ann, bob] = [await system.user(), await system.user()];
  const [socket, watcher] = [system.connect(one, ann), system.connect(one, bob)];
  await Promise.all([watch(socket, drop), watch(watcher, drop)]);
  expect(await socket.emitWithAck('drop:unwatch', { dropId: drop.id })).toEqual({ ok: true });

  const states: unknown[] = [];
  socket.on('drop:state', (state) => states.push(state));
  const seen = next(watcher, 'drop:state', ({ held }) => held === 1);
  await system.claim(drop, ann);
  await seen;
  const heard = next(socket, 'hold:released');
  const events = [
    { to: ann.userId, event: 'hold:released' as const, entry: { status: 'released' as const, version: 1 } },
  ];
  await system.tell({ dropId: drop.id, events });
  await heard;
  expect(states).toEqual([]);
});

test('news that cannot be read is passed over', async () => {
  const drop = await system.drop(10);
  const ann = await system.user();
  const socket = system.connect(one, ann);
  await watch(socket, drop);
  await one.redis.spublish(system.inventory.keys.news(drop.id), '{"events":');
  await one.redis.spublish(system.inventory.keys.news(drop.id), '{"events":7}');
  const heard = next(socket, 'order:paid');
  const events = [
    { to: ann.userId, event: 'order:paid' as const, entry: { status: 'sold' as const, version: 1 } },
  ];
  await system.tell({ dropId: drop.id, events });
  expect((await heard).entry.status).toBe('sold');
});
