import { connect } from 'node:net';
import { createHttpServer } from './http-server.ts';
import { closeServer, listen } from './listen.ts';

test('who sends headers or a body by the drop is cut off within seconds; others are served meanwhile', async () => {
  const server = createHttpServer((req, res) => {
    req.resume();
    req.once('end', () => res.end('served'));
  });
  const port = await listen(server, '127.0.0.1', 0);
  /** Seconds until the server closes a connection that sends `start`, then one byte every half second. */
  const drip = (start: string) =>
    new Promise<number>((resolve, reject) => {
      const since = performance.now();
      const socket = connect(port, '127.0.0.1', () => socket.write(start));
      const dripping = setInterval(() => socket.writable && socket.write('x'), 500);
      socket.on('error', () => {});
      socket.resume();
      socket.once('close', () => {
        clearInterval(dripping);
        resolve((performance.now() - since) / 1000);
      });
      setTimeout(() => reject(new Error('never cut off')), 20_000).unref();
    });

  const slow = Promise.all([
    drip('GET / HTTP/1.1\r\nHost: x\r\nX-Long: '),
    drip('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n'),
    drip('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n'),
  ]);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
  const [headers, body, chunks] = await slow;
  expect(headers).toBeLessThan(8);
  expect(body).toBeLessThan(13);
  expect(chunks).toBeLessThan(13);
  await closeServer(server);
});
