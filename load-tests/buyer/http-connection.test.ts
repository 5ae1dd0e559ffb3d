import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';

/** A server that sends these chunks one after the other and then ends the connection. */
async function answering(...chunks: string[]): Promise<Server> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    const answer = async () => {
      for (const chunk of chunks) {
        socket.write(chunk);
        await nextTurn();
      }
      socket.end();
    };
    socket.once('data', () => void answer());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function ask(server: Server, requests: number) {
  const answers: [status: number, retryAfter: boolean][] = [];
  let onLost = (_error: Error) => {};
  const lost = new Promise<Error>((resolve) => (onLost = resolve));
  const connection = await HttpConnection.open((server.address() as AddressInfo).port, onLost);
  for (let each = 0; each < requests; each += 1)
    connection.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'), (status, head) =>
      answers.push([status, head.includes('Retry-After: 1')]),
    );
  const { message } = await lost;
  const { unanswered } = connection;
  connection.close();
  server.close();
  return { answers, unanswered, fault: message };
}

const accepted = 'HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}';
const putOff = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n';

test('answers come in the order of the requests, however they are cut into chunks', async () => {
  const all = accepted + putOff + accepted;
  for (const at of [10, 40, 45, 60, 100]) {
    const server = await answering(all.slice(0, at), all.slice(at));
    expect(await ask(server, 4)).toEqual({
      answers: [
        [202, false],
        [503, true],
        [202, false],
      ],
      unanswered: 1,
      fault: 'the server closed a connection',
    });
  }
});

test('an answer without a length is a fault', async () => {
  const server = await answering(accepted, 'HTTP/1.1 200 OK\r\n\r\nwho knows');
  expect(await ask(server, 2)).toMatchObject({
    answers: [[202, false]],
    fault: 'an answer without a length',
  });
});
