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

test('the answer to drop:watch says how the drop and the own entry stand', async () => {
  const drop = await system.drop(2, { standbyLimit: 1 });
  const [ann, bob, cid, dan] = await Promise.all([1, 2, 3, 4].map(() => system.user()));
  if (!ann || !bob || !cid || !dan) throw new Error('users');
  const fresh = system.connect(process, ann);
  expect(await watch(fresh, drop)).toEqual({
    ok: true,
    drop: {
      dropId: drop.id,
      serverTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      phase: 'open',
      opensAt: new Date(drop.opensAt).toISOString(),
      closesAt: new Date(drop.closesAt).toISOString(),
      capacity: 2,
      free: 2,
      held: 0,
      sold: 0,
      standby: 0,
      soldOut: false,
      announcements: 0,
      termsVersion: 1,
    },
    entry: { status: 'none', version: expect.any(Number) as number },
  });

  await system.claim(drop, ann, bob, cid, dan);
  // As after a reload or a lost connection.
  const held = await watch(system.connect(process, ann), drop);
  expect(held.drop).toMatchObject({ free: 0, held: 2, standby: 1, soldOut: true });
  expect(held.entry).toMatchObject({ status: 'held', seats: ['0.1'] });
  expect(held.entry.checkoutToken).toMatch(/^ey/);
  expect(Date.parse(held.entry.expiresAt ?? '')).toBeGreaterThan(Date.now());
  expect((await watch(system.connect(process, cid), drop)).entry).toEqual({
    status: 'standby',
    version: held.entry.version,
    position: 1,
    mayComeBack: 2,
  });
  expect((await watch(system.connect(process, dan), drop)).entry).toEqual({
    status: 'sold_out',
    version: held.entry.version,
  });
  expect((await watch(system.connect(process), drop)).entry).toEqual({ status: 'none', version: 0 });
});

test('a client that lost its connection comes back to the present state', async () => {
  const drop = await system.drop(2);
  const ann = await system.user();
  const socket = system.connect(process, ann);
  await watch(socket, drop);
  socket.io.engine.close();
  await system.claim(drop, ann);
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.connect();
  });
  expect((await watch(socket, drop)).entry.status).toBe('held');
});

test('a drop that is not on sale yet is shown with all its seats', async () => {
  const drop = await system.drop(3);
  const [copied] = await system.db.raw(
    `insert into drops (event_id, opens_at, closes_at, price_amount, price_currency, hold_seconds, max_per_buyer,
       standby_limit, partitions, sections, capacity)
     select event_id, opens_at, closes_at, price_amount, price_currency, hold_seconds, max_per_buyer,
       standby_limit, partitions, sections, capacity from drops where id = ?`,
    [drop.id],
  );
  const { insertId } = copied as { insertId: number };
  const answer = await watch(system.connect(process), { id: insertId });
  expect(answer.drop).toMatchObject({ capacity: 3, free: 3, held: 0, soldOut: false });
});

test('nothing falls between the answer and what is told after it', async () => {
  for (let round = 0; round < 10; round += 1) {
    const drop = await system.drop(2);
    const ann = await system.user();
    const socket = system.connect(process, ann);
    const heard = next(socket, 'entry:outcome');
    // The entry is decided and announced at any moment of the watch request.
    const decided = system.claim(drop, ann).then(async () => {
      const entry = { status: 'held' as const, version: 1 };
      await system.tell({ dropId: drop.id, events: [{ to: ann.userId, event: 'entry:outcome', entry }] });
    });
    const { entry } = await watch(socket, drop);
    await decided;
    const told = entry.status === 'none' ? (await heard).entry : entry;
    expect(told.status).toBe('held');
  }
});
