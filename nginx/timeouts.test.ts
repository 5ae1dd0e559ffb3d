import { connect } from 'node:net';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

test('five hundred who send by the drop are cut off, and keep nobody else from being served', async () => {
  const door = await startFrontDoor();
  const slow = Array.from({ length: 500 }, (_, index) => {
    const socket = connect(door.port, '127.0.0.1', () =>
      socket.write(
        index % 2 === 0
          ? 'GET /api/events HTTP/1.1\r\nHost: x\r\nX-Long: '
          : 'POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
      ),
    );
    socket.on('error', () => {});
    socket.resume();
    return new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  });
  const since = performance.now();
  // The clients above have used up the limit of their address, so this one has another address.
  const headers = { 'x-forwarded-for': '198.51.100.7' };
  for (let ask = 0; ask < 20; ask += 1) {
    expect((await door.ask('/api/events', { headers })).status).toBe(200);
  }
  expect(performance.now() - since).toBeLessThan(3_000);
  await Promise.all(slow);
  expect((performance.now() - since) / 1000).toBeLessThan(15);
  await door.stop();
});

/** Seconds until nginx closes the connection of a client that sends `start` and then a byte every half second. */
function drip(port: number, start: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const since = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(start));
    const dripping = setInterval(() => socket.writable && socket.write('1'), 500);
    const tooLong = setTimeout(() => {
      socket.destroy();
      reject(new Error('never cut off'));
    }, 45_000);
    socket.on('error', () => {});
    socket.resume();
    socket.once('close', () => {
      clearInterval(dripping);
      clearTimeout(tooLong);
      resolve((performance.now() - since) / 1000);
    });
  });
}

test('who keeps sending a byte now and then has seconds for all of a body, wherever it goes', async () => {
  const door = await startFrontDoor();
  const head = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
  try {
    const cutOff = Promise.all([
      drip(door.port, `${head('/api/events')}Content-Length: 16000\r\n\r\n`),
      drip(door.port, `${head('/api/auth/signin')}Transfer-Encoding: chunked\r\n\r\nfff\r\n`),
      drip(door.port, `${head('/socket.io/?EIO=4')}Content-Length: 16000\r\n\r\n`),
      drip(door.port, `${head('/api/drops/1/entries')}Content-Length: 16000\r\n\r\n`),
      drip(door.port, `${head('/api/drops/1/entries')}Transfer-Encoding: chunked\r\n\r\nfff\r\n`),
      drip(door.port, `${head('/healthz')}Content-Length: 16000\r\n\r\n`),
    ]);
    await expect(cutOff).resolves.toHaveLength(6);
  } finally {
    await door.stop();
  }
}, 60_000);
