import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  collect,
  connected,
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
afterEach(() => {
  const complaints = system.complaints();
  if (complaints.length > 0) throw new Error(`logged: ${JSON.stringify(complaints)}`);
});

/** Sends payloads that the types do not allow. */
type Loose = {
  emit: (...args: unknown[]) => void;
  emitWithAck: (...args: unknown[]) => Promise<unknown>;
};

test('what is not a drop to watch is answered so, when an answer is asked for', async () => {
  const socket = system.connect(process, await system.user());
  const loose = socket as unknown as Loose;
  const payloads = [
    undefined,
    null,
    7,
    'x',
    [],
    {},
    { dropId: '7' },
    { dropId: 1.5 },
    { dropId: 0 },
    { dropId: -1 },
    { dropId: 1e300 },
    { dropId: 2 ** 32 },
    { dropId: 7, more: true },
    { dropId: { $gt: 0 } },
    { dropId: Buffer.from('7') },
    [{ dropId: 7 }],
  ];
  for (const [index, payload] of payloads.entries()) {
    // A socket may send about twenty events at once.
    const fresh = index % 5 === 0 ? system.connect(process) : socket;
    const answer = await (fresh as unknown as Loose).emitWithAck('drop:watch', payload);
    expect(answer).toEqual({ ok: false, code: 'invalid_request' });
  }
  expect(await loose.emitWithAck('drop:watch')).toEqual({ ok: false, code: 'invalid_request' });
  expect(await loose.emitWithAck('drop:unwatch', { dropId: 'x' })).toEqual({
    ok: false,
    code: 'invalid_request',
  });
});

test('what asks for no answer gets none', async () => {
  const drop = await system.drop(2);
  const socket = system.connect(process, await system.user());
  await connected(socket);
  const loose = socket as unknown as Loose;
  const told = collect(socket);
  loose.emit('drop:watch');
  loose.emit('drop:watch', 'x', 'y', { z: 1 });
  loose.emit('drop:unwatch', null);
  loose.emit('no-such-event', { dropId: drop.id });
  loose.emit('drop:state', { dropId: drop.id, free: 0 });
  await watch(socket, drop);
  expect(told).toEqual([]);
});

test('an unknown drop is not found', async () => {
  const socket = system.connect(process);
  const answer = await socket.emitWithAck('drop:watch', { dropId: 2 ** 32 - 1 });
  expect(answer).toEqual({ ok: false, code: 'not_found' });
  expect(await process.metric('seatdrop_realtime_watchers')).toBe(
    await process.metric('seatdrop_realtime_watched_drops'),
  );
});

test('a socket may watch ten drops, and the same one again', async () => {
  const socket = system.connect(process);
  const drops = await Promise.all(Array.from({ length: 11 }, () => system.drop(1)));
  const [first, last] = [drops[0]!, drops[10]!];
  for (const drop of drops.slice(0, 10)) await watch(socket, drop);
  const tooMany = { ok: false, code: 'too_many_requests' };
  expect(await socket.emitWithAck('drop:watch', { dropId: last.id })).toEqual(tooMany);
  await watch(socket, first);
  await socket.emitWithAck('drop:unwatch', { dropId: first.id });
  await watch(socket, last);
});

test('a socket that sends too much is refused, then disconnected; the others notice nothing', async () => {
  const drop = await system.drop(2);
  const flooding = system.connect(process, undefined, { reconnection: false });
  const other = system.connect(process);
  await Promise.all([watch(flooding, drop), watch(other, drop)]);
  const gone = once(flooding as never, 'disconnect');
  const answers = Array.from({ length: 40 }, () => flooding.emitWithAck('drop:watch', { dropId: drop.id }));
  const codes = (await Promise.all(answers)).map((answer) => (answer.ok ? 'ok' : answer.code));
  expect(codes.filter((code) => code === 'too_many_requests').length).toBeGreaterThan(10);
  for (let sent = 0; sent < 300; sent += 1) (flooding as unknown as Loose).emit('noise', sent);
  await gone;
  const seen = next(other, 'drop:state', ({ held }) => held === 1);
  await system.claim(drop, await system.user());
  await seen;
});

test('messages that are too long, or not of the protocol, end their own connection only', async () => {
  const drop = await system.drop(2);
  const bystander = system.connect(process);
  await watch(bystander, drop);
  const address = `${process.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const messages = [
    `42["drop:watch",{"dropId":"${'9'.repeat(20_000)}"}]`,
    '42["drop:watch"',
    '42{"a":1}',
    '49999999-["drop:watch",{"_placeholder":true,"num":0}]',
    '451-["drop:watch",{"_placeholder":true,"num":5}]',
    '4',
    'x',
    Buffer.from([0, 255, 3]),
    '41',
    '42["disconnect"]',
  ];
  for (const message of messages) {
    const raw = new WebSocket(address);
    raw.on('error', () => {});
    await once(raw, 'open');
    raw.send('40');
    await new Promise<void>((resolve) => {
      raw.on('message', (data: Buffer) => {
        if (data.toString().startsWith('40')) resolve();
      });
    });
    const closed = once(raw, 'close');
    raw.send(message);
    if (message === '451-["drop:watch",{"_placeholder":true,"num":5}]') raw.send(Buffer.from('7'));
    // The next event is answered, unless the connection was closed.
    raw.send('427["drop:watch",{}]');
    const answered = new Promise((resolve) => {
      raw.on('message', (data: Buffer) => {
        if (data.toString().startsWith('437')) resolve('answered');
      });
    });
    await Promise.race([closed, answered]);
    raw.terminate();
  }
  expect(bystander.connected).toBe(true);
  await watch(bystander, drop);
});

test('long polling is not offered', async () => {
  const answer = await fetch(`${process.url}/socket.io/?EIO=4&transport=polling`);
  expect(answer.status).toBe(400);
  const elsewhere = await fetch(`${process.url}/api/events`);
  expect(elsewhere.status).toBe(404);
  expect(await elsewhere.json()).toMatchObject({ code: 'not_found', status: 404 });
});
