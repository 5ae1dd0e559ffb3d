import { connect } from 'node:net';
import { startFrontDoor } from './start-front-door.ts';

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
  // They have used up what their address may do; others have theirs.
  const headers = { 'x-forwarded-for': '198.51.100.7' };
  for (let ask = 0; ask < 20; ask += 1) {
    expect((await door.ask('/api/events', { headers })).status).toBe(200);
  }
  expect(performance.now() - since).toBeLessThan(3_000);
  // No tier saw any of them.
  await Promise.all(slow);
  expect((performance.now() - since) / 1000).toBeLessThan(15);
  await door.stop();
});
