import type { Socket } from 'node:net';
import { eventually } from '../testing/eventually.ts';
import { keepsUp, maxUnsentBytes, unsentBytes } from './sockets.ts';
import { frame, joinUnread as joinRaw } from '../testing/realtime/raw-client.ts';
import {
  createRealtimeSystem,
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

/** A client that joins and then reads nothing. */
async function joinUnread(): Promise<Socket> {
  const { sockets } = process.io.sockets;
  const before = sockets.size;
  return joinRaw(Number(new URL(process.url).port), () => eventually(() => sockets.size > before));
}

const unsent = () =>
  [...process.io.sockets.sockets.values()].map(({ conn, data }) => unsentBytes(conn, data.stream));

test('twenty sockets that ask for a map of 200,000 seats again and again, and read none, keep little waiting', async () => {
  const drop = await system.drop(200, { rows: 1000 });
  const mapBytes = 1000 * (200 + 3);
  const clients: Socket[] = [];
  for (let each = 0; each < 20; each += 1) clients.push(await joinUnread());

  // The kernel buffers some megabytes per socket; only data beyond that waits in the process.
  const rows = Array.from({ length: 1000 }, (_, row): [number, string] => [row, '.'.repeat(200)]);
  for (const socket of process.io.sockets.sockets.values()) {
    while (keepsUp(socket)) {
      socket.emit('drop:seats', { dropId: drop.id, rows });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  let peakBytes = 0;
  const watching = setInterval(() => (peakBytes = Math.max(peakBytes, ...unsent())), 5);
  const request = JSON.stringify(['drop:watch', { dropId: drop.id, seats: true }]);
  const rounds = 20;
  for (let round = 1; round <= rounds; round += 1) {
    for (const client of clients) client.write(frame(`42${round}${request}`));
    await eventually(async () => (await process.watches()) >= round * clients.length);
  }
  clearInterval(watching);
  peakBytes = Math.max(peakBytes, ...unsent());
  expect(peakBytes).toBeLessThan(maxUnsentBytes);
  // Only earlier data waits, and twenty short answers.
  expect(peakBytes).toBeLessThan(2 * mapBytes);

  // The drop changes meanwhile. A client that reads again gets the new state, and a map once it has read the waiting
  // data.
  await system.claim(drop, await system.user());
  const [client] = clients as [Socket];
  let text = '';
  client.on('data', (data: Buffer) => (text += data.toString('latin1')));
  client.resume();
  await eventually(() => (text.match(/43\d+\[/g)?.length ?? 0) === rounds);
  expect(text).not.toContain('"seats":[');
  await eventually(() => /42\["drop:state",[^\]]*"held":1/.test(text));
  client.write(frame(`4299${request}`));
  await eventually(() => text.includes('"seats":["'));
  for (const each of clients) each.destroy();
}, 60_000);
