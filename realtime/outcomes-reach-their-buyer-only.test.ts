import { collect, createStage, next, watch, type Process, type Stage } from '../testing/realtime/stage.ts';

let stage: Stage;
let one: Process;
let other: Process;
beforeAll(async () => {
  stage = await createStage();
  [one, other] = [await stage.process(), await stage.process()];
});
afterAll(() => stage.stop());

test('all sockets of a buyer hear of it, on whichever process; nobody else does', async () => {
  const drop = await stage.drop(10);
  const [ann, bob] = [await stage.user(), await stage.user()];
  const annHere = stage.connect(one, ann);
  const annThere = stage.connect(other, ann);
  const bobHere = stage.connect(one, bob);
  const anybody = stage.connect(other);
  const all = [annHere, annThere, bobHere, anybody];
  await Promise.all(all.map((socket) => watch(socket, drop)));
  const [, , toBob, toAnybody] = all.map(collect);

  const entry = { status: 'held' as const, version: 1, seats: ['0.5'] };
  const heard = [next(annHere, 'entry:outcome'), next(annThere, 'entry:outcome')];
  await stage.tell({ dropId: drop.id, events: [{ to: ann.userId, event: 'entry:outcome', entry }] });
  for (const news of await Promise.all(heard)) expect(news).toEqual({ dropId: drop.id, entry });

  // Channels keep their order, so the next event that Bob gets shows that none was sent to him before.
  const paid = next(bobHere, 'order:paid');
  const sold = { status: 'sold' as const, version: 1, orderId: '00000000000000-0' };
  await stage.tell({ dropId: drop.id, events: [{ to: bob.userId, event: 'order:paid', entry: sold }] });
  expect(await paid).toEqual({ dropId: drop.id, entry: sold });
  expect(toBob).toEqual([['order:paid', { dropId: drop.id, entry: sold }]]);
  expect(toAnybody).toEqual([]);
});

test('those who got nothing are told so, each once', async () => {
  const drop = await stage.drop(10);
  const losers = await Promise.all(Array.from({ length: 20 }, () => stage.user()));
  const winner = await stage.user();
  const sockets = losers.map((loser, index) => stage.connect(index % 2 ? one : other, loser));
  const winning = stage.connect(one, winner);
  await Promise.all([...sockets, winning].map((socket) => watch(socket, drop)));
  const told = sockets.map(collect);

  const all = Promise.all(sockets.map((socket) => next(socket, 'entry:outcome')));
  const toWinner = next(winning, 'hold:promoted');
  await stage.tell({
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
  const drop = await stage.drop(10);
  const [ann, bob] = [await stage.user(), await stage.user()];
  const [socket, watcher] = [stage.connect(one, ann), stage.connect(one, bob)];
  await Promise.all([watch(socket, drop), watch(watcher, drop)]);
  expect(await socket.emitWithAck('drop:unwatch', { dropId: drop.id })).toEqual({ ok: true });

  const states: unknown[] = [];
  socket.on('drop:state', (state) => states.push(state));
  const seen = next(watcher, 'drop:state', ({ held }) => held === 1);
  await stage.claim(drop, ann);
  await seen;
  const heard = next(socket, 'hold:released');
  const events = [
    { to: ann.userId, event: 'hold:released' as const, entry: { status: 'released' as const, version: 1 } },
  ];
  await stage.tell({ dropId: drop.id, events });
  await heard;
  expect(states).toEqual([]);
});

test('news that cannot be read is passed over', async () => {
  const drop = await stage.drop(10);
  const ann = await stage.user();
  const socket = stage.connect(one, ann);
  await watch(socket, drop);
  await one.redis.spublish(stage.inventory.keys.news(drop.id), '{"events":');
  await one.redis.spublish(stage.inventory.keys.news(drop.id), '{"events":7}');
  const heard = next(socket, 'order:paid');
  const events = [
    { to: ann.userId, event: 'order:paid' as const, entry: { status: 'sold' as const, version: 1 } },
  ];
  await stage.tell({ dropId: drop.id, events });
  expect((await heard).entry.status).toBe('sold');
});
