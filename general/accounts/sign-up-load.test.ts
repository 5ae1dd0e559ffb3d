import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let server: Server;
beforeAll(async () => {
  general = await startGeneral();
  server = createServer(general.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await general.stop();
});

const password = 'correct horse battery';

async function post(call: 'signup' | 'signin', address: string, body: object, signal?: AbortSignal) {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/api/auth/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ password, ...body }),
    ...(signal && { signal }),
  });
  await response.text();
  return { status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
}

/** Signs up; if refused, waits as told and tries again, once. */
async function signUp(address: string, email: string): Promise<number> {
  const body = { email, name: 'Pupil' };
  const first = await post('signup', address, body);
  if (first.status === 201) return 201;
  if (!(first.retryAfter > 0)) throw new Error(`${first.status} without a time to wait`);
  await sleep(first.retryAfter * 1000);
  return (await post('signup', address, body)).status;
}

test('60 sign-ups a second from 8 addresses: sign-ins go on, and a class of 60 at one address gets its accounts', async () => {
  const owner = { email: 'owner@example.org', name: 'Owner' };
  expect((await post('signup', '203.0.113.1', owner)).status).toBe(201);

  const isOver = new AbortController();
  const over = new AbortController();
  const flood: Promise<unknown>[] = [];
  const flooding = (async () => {
    for (let count = 0; !isOver.signal.aborted; count += 1) {
      // Half of the clients close the connection after a second.
      const patience = count % 2 === 0 ? [AbortSignal.timeout(1_000)] : [];
      const signal = AbortSignal.any([over.signal, ...patience]);
      const body = { email: `flood${count}@example.org`, name: 'Flood' };
      flood.push(post('signup', `198.51.100.${count % 8}`, body, signal).catch(() => undefined));
      await sleep(1000 / 60);
    }
  })();
  // As many as one process had room for, so that the next sign-ups meet a flood under way.
  while (flood.length < 120) await sleep(20);

  const klass = Promise.all(
    Array.from({ length: 60 }, (_, index) => signUp('192.0.2.1', `pupil${index}@example.org`)),
  );
  const signIns: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { status } = await post('signin', '203.0.113.2', { email: owner.email });
    signIns.push(status);
  }
  isOver.abort();
  await flooding;
  over.abort();
  expect(signIns).toEqual([200, 200, 200]);
  expect(await klass).toEqual(Array.from({ length: 60 }, () => 201));
  await Promise.all(flood);
}, 240_000);
