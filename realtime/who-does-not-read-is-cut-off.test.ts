import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { closeServer, listen } from '../shared/listen.ts';
import { eventually } from '../shared/testing/eventually.ts';
import { Allowance } from './allowance.ts';
import type { Client } from './client.ts';
import { SocketServer } from './socket-server.ts';
import { encodeEvent, send } from './wire.ts';

/** As large as the seats of the largest drop. */
const seats = Array.from({ length: 1000 }, () => '.'.repeat(200));

async function startServer() {
  const http = createServer();
  const clients: Client[] = [];
  let mostUnread = 0;
  const sockets = new SocketServer(
    http,
    {
      admits: () => true,
      opened: (client) => void clients.push(client),
      joins: (client) => void (client.allowance = new Allowance(performance.now())),
      // Later and together, as they come from one look at Redis.
      event: (client, _event, _payload, answer) =>
        void setTimeout(() => {
          answer?.({ seats });
          mostUnread = Math.max(mostUnread, client.bufferedAmount);
        }, 20),
      left: () => {},
    },
    { beatMs: 100 },
  );
  const port = await listen(http, '127.0.0.1', 0);
  return {
    port,
    clients,
    mostUnread: () => mostUnread,
    async stop() {
      sockets.stop();
      await closeServer(http);
    },
  };
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => (server = await startServer()));
afterEach(() => server.stop());

/** A frame of fewer than 126 bytes, masked as clients have to. */
function frame(text: string, opcode = 1): Buffer {
  const bytes = Buffer.from(text);
  const mask = randomBytes(4);
  return Buffer.concat([
    Buffer.from([0x80 | opcode, 0x80 | bytes.length]),
    mask,
    bytes.map((byte, index) => byte ^ mask[index % 4]!),
  ]);
}

/** Someone who joins, and from then on reads nothing. */
async function joinUnread(): Promise<{ socket: net.Socket; client: Client }> {
  const socket = net.connect(server.port, '127.0.0.1');
  socket.on('error', () => {}); // cut off while it writes
  socket.write(
    [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Version: 13',
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  socket.write(frame('40'));
  await eventually(() => server.clients.at(-1)?.allowance !== undefined);
  socket.pause();
  return { socket, client: server.clients.at(-1)! };
}

test('one who asks for large answers and reads none is cut off, and little waits for it until then', async () => {
  const { socket, client } = await joinUnread();
  const closed = once(client, 'close');
  const asking = setInterval(() => {
    for (let id = 0; id < 20; id += 1) socket.write(frame(`42${id}["drop:watch",{}]`));
    socket.write(frame('3'));
  }, 50);
  await closed;
  clearInterval(asking);
  socket.destroy();
  const answer = JSON.stringify(seats).length;
  expect(server.mostUnread()).toBeLessThan(2 ** 20 + 2 * answer);
});

test('so is one who asks for nothing that counts, or to whom only news is sent', async () => {
  const pinging = await joinUnread();
  const pinged = once(pinging.client, 'close');
  const asking = setInterval(() => {
    const burst = Buffer.concat(Array.from({ length: 2000 }, () => frame('x'.repeat(120), 9)));
    if (pinging.socket.writableLength < 2 ** 22) pinging.socket.write(Buffer.concat([burst, frame('3')]));
  }, 10);
  await pinged;
  clearInterval(asking);
  pinging.socket.destroy();

  const silent = await joinUnread();
  const news = encodeEvent('drop:seats', { dropId: 1, rows: seats.map((row, index) => [index, row]) });
  const telling = setInterval(() => {
    send(silent.client, news);
    silent.socket.write(frame('3'));
  }, 10);
  await once(silent.client, 'close');
  expect([pinging, silent].map(({ client }) => client.isOpen)).toEqual([false, false]);
  clearInterval(telling);
  silent.socket.destroy();
});

test('a page that reads, slowly even, gets all it asked for', async () => {
  const page = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`);
  await once(page, 'open');
  const answers: string[] = [];
  page.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text === '2') page.send('3');
    if (!text.startsWith('43')) return;
    answers.push(text);
    page.pause();
    void sleep(50).then(() => page.resume());
  });
  page.send('40');
  for (let id = 0; id < 20; id += 1) {
    page.send(`42${id}["drop:watch",{}]`);
    await eventually(() => answers.length === id + 1);
  }
  expect(answers).toHaveLength(20);
  page.terminate();
  await once(page, 'close');
});
