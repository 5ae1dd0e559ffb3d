import { createStage, next, watch, type Process, type Stage } from '../testing/realtime/stage.ts';

let stage: Stage;
let process: Process;
beforeAll(async () => {
  stage = await createStage();
  process = await stage.process();
});
afterAll(() => stage.stop());

const change = (id: number, columns: object) => stage.db('drops').where({ id }).update(columns);

test('pause, resumption, extension and cancellation reach all who watch', async () => {
  const drop = await stage.drop(3);
  const sockets = [stage.connect(process), stage.connect(process, await stage.user())];
  for (const socket of sockets) expect((await watch(socket, drop)).drop.phase).toBe('open');
  const closesAt = new Date(drop.closesAt + 600_000);
  for (const [columns, expected] of [
    [{ paused_at: new Date() }, { phase: 'paused' }],
    [{ paused_at: null }, { phase: 'open' }],
    [{ closes_at: closesAt }, { phase: 'open', closesAt: closesAt.toISOString() }],
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
  const drop = await stage.drop(3);
  await change(drop.id, { opens_at: new Date(Date.now() + 1_500), closes_at: new Date(Date.now() + 3_000) });
  const socket = stage.connect(process);
  const phases: string[] = [];
  socket.on('drop:state', ({ phase }) => phases.push(phase));
  const closed = next(socket, 'drop:state', ({ phase }) => phase === 'closed');
  await watch(socket, drop);
  await closed;
  expect([...new Set(phases)]).toEqual(expect.arrayContaining(['scheduled', 'open', 'closed']));
});
