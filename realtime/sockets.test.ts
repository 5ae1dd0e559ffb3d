import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { closeServer, listen } from '../shared/tier/listen.ts';
import { eventually } from '../testing/eventually.ts';
import { createSocketServer } from './socket-server.ts';
import { unsentBytes, type RealtimeSocket } from './sockets.ts';
import { frame, joinUnread as joinRaw } from '../testing/realtime/raw-client.ts';

/** As large as the seats of the largest drop. */
const seats = Array.from({ length: 1000 }, () => '.'.repeat(200));
/** Five answers of that size: together they are more than the kernel buffers for a socket. */
const large = Array.from({ length: 5 }, () => seats).flat();
const answerBytes = JSON.stringify(large).length;

async function startServer() {
  const http = createServer();
  const sockets: RealtimeSocket[] = [];
  let mostUnsent = 0;
  const { io, stop } = createSocketServer(
    http,
    {
      admits: () => true,
      readCredentials: () => ({ token: undefined, foreign: false }),
      authenticate: () => undefined,
    },
    { beatMs: 100 },
  );
  io.on('connection', (socket) => {
    sockets.push(socket);
    // Later and all together, as after one read of Redis.
    socket.on('drop:watch', (request, answer) => {
      setTimeout(() => {
        answer({ seats: request.seats === true ? large : seats } as never);
        mostUnsent = Math.max(mostUnsent, unsentBytes(socket.conn, socket.data.stream));
      }, 20);
    });
  });
  const port = await listen(http, '127.0.0.1', 0);
  return {
    io,
    port,
    sockets,
    mostUnsent: () => mostUnsent,
    async stop() {
      await stop();
      await closeServer(http);
    },
  };
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => (server = await startServer()));
afterEach(() => server.stop());

/** A client that joins and then reads nothing. */
async function joinUnread(): Promise<{ client: Socket; socket: RealtimeSocket }> {
  const before = server.sockets.length;
  const client = await joinRaw(server.port, () => eventually(() => server.sockets.length > before));
  return { client, socket: server.sockets.at(-1)! };
}

test('one who asks for large answers and reads none is cut off, and little waits for it until then', async () => {
  const { client, socket } = await joinUnread();
  const closed = once(socket.data.stream, 'close');
  for (let id = 0; id < 20; id += 1) client.write(frame(`42${id}["drop:watch",{"seats":true}]`));
  const asking = setInterval(() => client.write(frame('3')), 50);
  await closed;
  clearInterval(asking);
  client.destroy();
  expect(server.mostUnsent()).toBeGreaterThan(2 ** 20);
  expect(server.mostUnsent()).toBeLessThan(2 ** 20 + 2 * answerBytes);
  // The messages that Engine.IO held back for it are released with it.
  await eventually(() => unsentBytes(socket.conn, socket.data.stream) < answerBytes);
});

test('so is one who asks for nothing that counts, or to whom only news is sent', async () => {
  const pinging = await joinUnread();
  const pinged = once(pinging.socket.data.stream, 'close');
  const asking = setInterval(() => {
    const burst = Buffer.concat(Array.from({ length: 2000 }, () => frame('x'.repeat(120), 9)));
    if (pinging.client.writableLength < 2 ** 22) pinging.client.write(Buffer.concat([burst, frame('3')]));
  }, 10);
  await pinged;
  clearInterval(asking);
  pinging.client.destroy();

  const silent = await joinUnread();
  const cutOff = once(silent.socket.data.stream, 'close');
  const rows = seats.map((row, index): [number, string] => [index, row]);
  let mostUnsent = 0;
  const telling = setInterval(() => {
    server.io.local.emit('drop:seats', { dropId: 1, rows });
    mostUnsent = Math.max(mostUnsent, unsentBytes(silent.socket.conn, silent.socket.data.stream));
    silent.client.write(frame('3'));
  }, 10);
  await cutOff;
  clearInterval(telling);
  await eventually(() => [pinging, silent].every(({ socket }) => !socket.connected));
  expect(mostUnsent).toBeGreaterThan(2 ** 20);
  silent.client.destroy();
});

test('a page that reads, slowly even, gets all it asked for', async () => {
  const page = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`);
  await once(page, 'open');
  const answers: string[] = [];
  page.send('40');
  await eventually(() => server.io.sockets.sockets.size === 1);
  page.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text === '2') page.send('3');
    if (!text.startsWith('43')) return;
    answers.push(text);
    page.pause();
    void sleep(50).then(() => page.resume());
  });
  for (let id = 0; id < 20; id += 1) {
    page.send(`42${id}["drop:watch",{}]`);
    await eventually(() => answers.length === id + 1);
  }
  expect(answers).toHaveLength(20);
  page.terminate();
  await once(page, 'close');
});
