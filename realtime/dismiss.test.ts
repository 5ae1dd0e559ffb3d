import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { toSetting } from '../testing/keys.ts';
import { testServers } from '../testing/servers.ts';
import { createRealtimeSystem, watch, type RealtimeSystem } from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
beforeAll(async () => {
  system = await createRealtimeSystem();
});
afterAll(() => system.stop());

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

test('a real process: ready once its servers answer; on SIGTERM it lets its clients go and ends well', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env['PATH'],
      SEATDROP_ENV: 'test',
      PORT: String(port),
      LOG_LEVEL: 'info',
      NAMESPACE: system.namespace,
      REDIS_NODES: testServers().redisNodes.join(','),
      MYSQL_URL: system.mysqlUrl,
      SESSION_KEYS: toSetting(system.sessionKeys),
      CHECKOUT_KEYS: randomBytes(32).toString('hex'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  try {
    const ready = async () =>
      (await fetch(`${url}/readyz`).then(
        ({ status }) => status,
        () => 0,
      )) === 200;
    while (!(await ready())) {
      if (child.exitCode !== null) throw new Error(output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }

    const drop = await system.drop(2);
    const users = await Promise.all(Array.from({ length: 30 }, () => system.user()));
    const sockets = users.map((user) => system.connect({ url }, user));
    await Promise.all(sockets.map((socket) => watch(socket, drop)));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('seatdrop_realtime_connections{tier="realtime"} 30');

    const gone = sockets.map((socket) => once(socket as never, 'disconnect'));
    child.kill('SIGTERM');
    for (const [reason] of (await Promise.all(gone)) as [string][]) expect(reason).toBe('transport close');
    // Clients keep trying to reconnect, and would reach another process.
    expect(sockets.every(({ active }) => active)).toBe(true);
    expect(await exited).toEqual([0, null]);
    expect(output).not.toMatch(/"level":[456]0/);
  } finally {
    child.kill('SIGKILL');
  }
});

test('clients of a process that stops are served by another one', async () => {
  const [first, second] = [await system.process(), await system.process()];
  const drop = await system.drop(2);
  const socket = system.connect(first, await system.user());
  await watch(socket, drop);
  const closed = once(socket as never, 'disconnect');
  await first.quiet();
  await closed;
  expect(await fetch(first.url).catch(() => 'refused')).toBe('refused');
  const again = system.connect(second, await system.user());
  await watch(again, drop);
});

test('one whose connection was on its way when the process stopped is let in, and sent elsewhere', async () => {
  const process = await system.process();
  const { hostname, port, pathname } = new URL('/socket.io/', process.url);
  const connection = connect(Number(port), hostname);
  await once(connection, 'connect');
  const gone = process.quiet();
  let answer = '';
  connection.on('data', (data) => (answer += data.toString('latin1')));
  const closed = once(connection, 'close');
  const headers = `host: ${hostname}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13`;
  const key = randomBytes(16).toString('base64');
  const query = 'EIO=4&transport=websocket';
  connection.write(`GET ${pathname}?${query} HTTP/1.1\r\n${headers}\r\nsec-websocket-key: ${key}\r\n\r\n`);
  await gone;
  await process.stop();
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
});
