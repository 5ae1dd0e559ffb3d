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

const change = (id: number, columns: object) => system.db('drops').where({ id }).update(columns);

test('pause, resumption, extension, changed terms and cancellation reach all who watch', async () => {
  const drop = await system.drop(3);
  const sockets = [system.connect(process), system.connect(process, await system.user())];
  for (const socket of sockets) expect((await watch(socket, drop)).drop.phase).toBe('open');
  const closesAt = new Date(drop.closesAt + 600_000);
  for (const [columns, expected] of [
    [{ paused_at: new Date() }, { phase: 'paused' }],
    [{ paused_at: null }, { phase: 'open' }],
    [{ closes_at: closesAt }, { phase: 'open', closesAt: closesAt.toISOString() }],
    [
      { price_amount: 9900, terms_version: 2 },
      { phase: 'open', termsVersion: 2 },
    ],
    [{ cancelled_at: new Date() }, { phase: 'cancelled' }],
  ] as const) {
    const since = performance.now();
    const seen = sockets.map((socket) =>
      next(socket, 'drop:state', (state) =>
        Object.entries(expected).every(([name, value]) => state[name as 'phase'] === value),
      ),
    );
    await change(drop.id, columns);
    await Promise.all(seen);
    expect(performance.now() - since).toBeLessThan(2_000);
  }
});

test('opening and closing are told when their time comes', async () => {
  const drop = await system.drop(3);
  await change(drop.id, { opens_at: new Date(Date.now() + 1_500), closes_at: new Date(Date.now() + 3_000) });
  const socket = system.connect(process);
  const phases: string[] = [];
  socket.on('drop:state', ({ phase }) => phases.push(phase));
  const closed = next(socket, 'drop:state', ({ phase }) => phase === 'closed');
  await watch(socket, drop);
  await closed;
  expect([...new Set(phases)]).toEqual(expect.arrayContaining(['scheduled', 'open', 'closed']));
});
