import { connect, type Socket } from 'node:net';
import { eventually } from '../testing/eventually.ts';
import { exchange } from '../local/process/wait.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

const unlimited = { rate: 10_000, burst: 10_000 };
const rates = {
  entryPerAddress: unlimited,
  entryPerToken: unlimited,
  generalPerAddress: unlimited,
  generalPerToken: unlimited,
};
const address = (i: number) => ({ 'x-forwarded-for': `198.51.100.${i}` });
const token = (buyer: string): string => `head.body.${buyer.padEnd(43, 'x')}`;

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Opens a socket that stays open; resolves to the status of the answer. */
async function openSocket(port: number, headers: Record<string, string>): Promise<number> {
  const lines = Object.entries({
    host: 'x',
    connection: 'Upgrade',
    upgrade: 'websocket',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (data: Buffer) => resolve(Number(data.toString('latin1', 9, 12))));
    socket.write(`GET /socket.io/?stay HTTP/1.1\r\n${lines.join('')}\r\n`);
  });
}

test('an address has so many requests under way and no more; others have theirs', async () => {
  const door = await startFrontDoor({ limits: { ...rates, connectionsPerAddress: 5 } });
  try {
    let answer = () => {};
    const until = new Promise<void>((resolve) => (answer = resolve));
    door.tiers.general.answer(({ url }) => (url === '/api/slow' ? { until } : {}));
    const slow = Array.from({ length: 5 }, () => door.ask('/api/slow', { headers: address(1) }));
    await eventually(() => door.tiers.general.asked.length === 5);
    for (const path of ['/api/slow', '/api/orders', '/api/events', '/events/1']) {
      const refused = await door.ask(path, { headers: address(1) });
      expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    const entry = { method: 'POST', body: '{}' };
    expect((await door.ask('/api/drops/1/entries', { ...entry, headers: address(1) })).status).toBe(429);
    expect((await door.ask('/api/drops/1/entries', { ...entry, headers: address(2) })).status).toBe(200);
    expect((await door.ask('/api/orders', { headers: address(2) })).status).toBe(200);
    // Sockets are counted separately.
    expect(await openSocket(door.port, address(1))).toBe(101);
    answer();
    expect((await Promise.all(slow)).every(({ status }) => status === 200)).toBe(true);
    await eventually(async () => (await door.ask('/api/orders', { headers: address(1) })).status === 200);
  } finally {
    await door.stop();
  }
});

test('an address has so many sockets and no more; requests are not among them', async () => {
  const door = await startFrontDoor({ limits: { ...rates, socketsPerAddress: 5, connectionsPerAddress: 5 } });
  try {
    for (let each = 0; each < 5; each += 1) expect(await openSocket(door.port, address(1))).toBe(101);
    expect(await openSocket(door.port, address(1))).toBe(429);
    expect(await openSocket(door.port, address(2))).toBe(101);
    expect((await door.ask('/api/orders', { headers: address(1) })).status).toBe(200);
    // A closed connection makes room.
    open[0]?.destroy();
    await eventually(async () => (await openSocket(door.port, address(1))) === 101);
  } finally {
    await door.stop();
  }
});

test('a session has so many sockets, wherever from and wherever its token stands', async () => {
  const door = await startFrontDoor({ limits: { ...rates, socketsPerToken: 3 } });
  try {
    const spellings = [
      { authorization: `Bearer ${token('a')}` },
      { cookie: `session=${token('b')}` },
      { authorization: `Bearer ${token('c')}`, cookie: 'session=junk' },
    ];
    for (const spelling of spellings) {
      for (let each = 0; each < 3; each += 1)
        expect(await openSocket(door.port, { ...spelling, ...address(each) })).toBe(101);
      expect(await openSocket(door.port, { ...spelling, ...address(9) })).toBe(429);
    }
    // Clients that are not signed in are counted by address only.
    for (let each = 0; each < 10; each += 1) expect(await openSocket(door.port, address(1))).toBe(101);
  } finally {
    await door.stop();
  }
});

test('a connection that is open and asks nothing is nobody’s', async () => {
  const door = await startFrontDoor({ limits: { ...rates, connectionsPerAddress: 1 } });
  try {
    const idle = Array.from({ length: 20 }, () => connect(door.port, '127.0.0.1'));
    open.push(...idle);
    const request = 'GET /healthz HTTP/1.0\r\n\r\n';
    expect(await exchange(door.port, request, (reply) => reply.includes('alive'), 5_000)).toContain(' 200 ');
  } finally {
    await door.stop();
  }
});
