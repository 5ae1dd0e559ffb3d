import { once } from 'node:events';
import { createServer } from 'node:http';
import { io } from 'socket.io-client';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { closeServer, listen } from '../shared/tier/listen.ts';
import { eventually } from '../testing/eventually.ts';
import { createSocketServer } from './socket-server.ts';

/** A server with beats of a tenth of a second. It answers every `echo` with its payload. */
async function startServer() {
  const http = createServer((_req, res) => res.writeHead(404).end());
  const left: string[] = [];
  let joined = 0;
  const { io: sockets, stop } = createSocketServer(
    http,
    {
      admits: () => true,
      readCredentials: () => ({ token: undefined, foreign: false }),
      authenticate: () => undefined,
    },
    { beatMs: 100 },
  );
  sockets.on('connection', (socket) => {
    joined += 1;
    socket.on('disconnect', (reason) => left.push(reason));
    socket.on(
      'echo' as never,
      ((payload: unknown, answer: (value: unknown) => void) => answer(payload)) as never,
    );
  });
  const port = await listen(http, '127.0.0.1', 0);
  return {
    io: sockets,
    port,
    left,
    joined: () => joined,
    async stop() {
      await stop();
      await closeServer(http);
    },
  };
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.stop());

const raw = (query = 'EIO=4&transport=websocket', path = '/socket.io/') =>
  new WebSocket(`ws://127.0.0.1:${server.port}${path}?${query}`);

test('a client that answers pings stays; one that does not is cut off', async () => {
  const page = io(`http://127.0.0.1:${server.port}`, { transports: ['websocket'], reconnection: false });
  const dead = raw();
  await once(dead, 'open');
  dead.send('40');
  const pings: string[] = [];
  dead.on('message', (data: Buffer) => data.toString() === '2' && pings.push('2'));
  await once(dead, 'close');
  // One unanswered ping was enough.
  expect(pings).toHaveLength(1);
  await eventually(() => server.left.length === 1);
  expect(page.connected).toBe(true);
  expect(await page.emitWithAck('echo', { text: 'Zürich, 台北' })).toEqual({ text: 'Zürich, 台北' });
  page.disconnect();
  await eventually(() => server.left.length === 2);
});

test('who never says who they are is cut off, and was never here', async () => {
  const before = server.left.length;
  const silent = raw();
  await once(silent, 'open');
  await once(silent, 'close');
  const early = raw();
  await once(early, 'open');
  early.send('42["drop:watch",{"dropId":1}]');
  await once(early, 'close');
  expect(server.left).toHaveLength(before);
});

test('another protocol, transport or path is refused', async () => {
  for (const [query, path] of [
    ['EIO=3&transport=websocket', '/socket.io/'],
    ['EIO=4&transport=polling', '/socket.io/'],
    ['EIO=4&transport=websocket', '/socket.io/more/'],
    ['', '/'],
  ] as const) {
    const refused = raw(query, path);
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toContain('400');
  }
});

test('other namespaces do not exist, and asking for one does no harm', async () => {
  const page = raw();
  await once(page, 'open');
  page.send('40/admin,');
  const [data] = (await once(page, 'message')) as [Buffer];
  const [answer] = data.toString().startsWith('0') ? ((await once(page, 'message')) as [Buffer]) : [data];
  expect(answer.toString()).toBe('44/admin,{"message":"Invalid namespace"}');
  page.close();
});

test('one connection is one socket, however often it joins', async () => {
  const before = server.joined();
  const greedy = raw();
  await once(greedy, 'open');
  const closed = once(greedy, 'close');
  for (let time = 0; time < 50; time += 1) greedy.send('40');
  await closed;
  expect(server.joined() - before).toBeLessThanOrEqual(1);
  await eventually(() => server.io.sockets.sockets.size === 0);
});

test('one that leaves does not keep its connection, nor does one that answers what nobody asked', async () => {
  for (const message of ['41', '430[]', '461-0["x"]', '44{"message":"x"}']) {
    const page = raw();
    await once(page, 'open');
    page.send('40');
    await eventually(() => server.io.sockets.sockets.size === 1);
    const closed = once(page, 'close');
    page.send(message);
    await closed;
  }
  expect(server.io.engine.clientsCount).toBe(0);
});

test('whatever is sent, the server goes on to serve others', async () => {
  const page = io(`http://127.0.0.1:${server.port}`, { transports: ['websocket'], reconnection: false });
  await once(page as never, 'connect');
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `42${json}`),
        fc.json().map((json) => `4217["echo",${json}]`),
        fc.json().map((json) => `451-${json}`),
      ),
      async (text) => {
        const stranger = raw();
        await once(stranger, 'open');
        stranger.send('40');
        stranger.send(text);
        stranger.send(text);
        stranger.close();
        await once(stranger, 'close');
      },
    ),
    { numRuns: 50 },
  );
  expect(await page.emitWithAck('echo', 'still here')).toBe('still here');
  page.disconnect();
});
