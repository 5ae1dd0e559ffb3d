import { once } from 'node:events';
import { createServer } from 'node:http';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import * as fc from 'fast-check';
import { closeServer, listen } from '../shared/listen.ts';
import { eventually } from '../shared/testing/eventually.ts';
import { Allowance } from './allowance.ts';
import { SocketServer } from './socket-server.ts';
import { decode, encodeEvent } from './wire.ts';

/** A server whose second lasts ten milliseconds. */
async function startServer() {
  const http = createServer((req, res) => {
    if (!SocketServer.answerPolling(req, res)) res.writeHead(404).end();
  });
  const left: unknown[] = [];
  const sockets = new SocketServer(
    http,
    {
      admits: () => true,
      opened: () => {},
      joins: (client) => {
        client.allowance = new Allowance(performance.now());
      },
      event: (_client, _event, payload, answer) => answer?.(payload),
      left: (client) => left.push(client),
    },
    { beatMs: 10 },
  );
  const port = await listen(http, '127.0.0.1', 0);
  return {
    port,
    left,
    async stop() {
      sockets.stop();
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
  // One that it did not answer was enough.
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

test('whatever is sent is understood or is junk, and never a fault', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `42${json}`),
      ),
      (text) => {
        expect(decode(text)).toHaveProperty('kind');
      },
    ),
  );
  expect(decode('4217["drop:watch",{"dropId":7},1]')).toEqual({
    kind: 'event',
    id: 17,
    event: 'drop:watch',
    args: [{ dropId: 7 }, 1],
  });
  for (const text of ['42', '42{}', '42[7]', '43[]', '407{}', '5', '2probe', '451-', '42/admin,["x"]'])
    expect(decode(text)).toEqual({ kind: 'junk' });
});

test('a frame of any length arrives as it was', async () => {
  const http = createServer();
  const sockets = new SocketServer(http, {
    admits: () => true,
    opened: () => {},
    joins: (client) => {
      for (const length of [0, 100, 200, 65_400, 70_000])
        client.write(encodeEvent('drop:seats', { dropId: 1, rows: [[0, '台'.repeat(length)]] }).frame);
    },
    event: () => {},
    left: () => {},
  });
  const port = await listen(http, '127.0.0.1', 0);
  const page = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  const lengths: number[] = [];
  await new Promise<void>((resolve) => {
    page.on('drop:seats', ({ rows }: { rows: [number, string][] }) => {
      lengths.push(rows[0]?.[1].length ?? -1);
      if (lengths.length === 5) resolve();
    });
  });
  expect(lengths).toEqual([0, 100, 200, 65_400, 70_000]);
  page.disconnect();
  sockets.stop();
  await closeServer(http);
});
