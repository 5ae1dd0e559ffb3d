import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainServer, listen } from './listen.ts';

/** Longer than a test may take. */
const forEver = 120_000;

test('a request over a connection that was kept is answered while the server stops, and is told to be the last', async () => {
  const { server, ask } = await start();
  const first = await ask();
  expect(first.response.headers.connection).toBe('keep-alive');

  const drained = drainServer(server, forEver);
  await sleep(100); // as long as the connection is idle, nothing happens to it
  const last = await ask();
  expect(last.response.statusCode).toBe(200);
  expect(last.response.headers.connection).toBe('close');
  expect(last.socket).toBe(first.socket);
  await drained;
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a request under way is waited for', async () => {
  const { server, ask } = await start(200);
  const asked = ask();
  await once(server, 'request');
  await drainServer(server, 10);
  expect((await asked).response.statusCode).toBe(200);
});

test('a connection that nothing is sent over holds up no stop', async () => {
  const { server, ask } = await start();
  const { socket } = await ask();
  const closed = once(socket, 'close');
  await drainServer(server, 10);
  await closed;
  expect(server.listening).toBe(false);
});

/** A server, and a client with one keep-alive connection. */
async function start(answerAfterMs = 0) {
  const server = createServer((_, res) => void setTimeout(() => res.end('done'), answerAfterMs));
  server.keepAliveTimeout = forEver;
  const port = await listen(server, '127.0.0.1', 0);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<{ response: IncomingMessage; socket: Socket }> => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent }).end('x');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { socket } = response;
    response.resume();
    await once(response, 'end');
    await sleep(10); // until the agent has the connection back
    return { response, socket };
  };
  return { server, ask };
}
