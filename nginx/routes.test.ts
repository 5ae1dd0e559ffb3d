import { exchange } from '../local/process/wait.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

let door: Awaited<ReturnType<typeof startFrontDoor>>;
beforeAll(async () => {
  door = await startFrontDoor();
});
afterAll(() => door.stop());

const tierOf = async (path: string, method = 'GET'): Promise<unknown> =>
  (await door.ask(path, { method })).body['tier'];

test('entries go to the publisher, and nothing else does', async () => {
  expect(await tierOf('/api/drops/42/entries', 'POST')).toBe('publisher');
  expect(await tierOf('/api/drops/42/entries?x=1', 'POST')).toBe('publisher');
  expect(await tierOf('/api/drops/42/entries', 'GET')).toBe('general');
  for (const path of [
    '/api/drops/42/entries/',
    '/api/drops/42/entry',
    '/api/drops/entries',
    '/x/drops/1/entries',
  ]) {
    expect(await tierOf(path, 'POST')).toBe('general');
  }
});

test('sockets go to realtime and may upgrade', async () => {
  expect(await tierOf('/socket.io/?EIO=4&transport=polling')).toBe('realtime');
  const request = 'GET /socket.io/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const reply = await exchange(door.port, request, (text) => text.endsWith('realtime'), 5_000);
  expect(reply).toMatch(/^HTTP\/1.1 101 /);
});

test('event pages go to general, whatever else is done with pages', async () => {
  for (const path of ['/events/1', '/events/4294967295?lang=zh']) {
    expect(await tierOf(path)).toBe('general');
  }
});

test('files about the site go to general', async () => {
  for (const path of ['/sitemap.xml', '/robots.txt', '/.well-known/security.txt'])
    expect(await tierOf(path)).toBe('general');
});

test('the pay page goes to general, which adds the policy for the provider', async () => {
  for (const path of ['/drops/1/pay', '/drops/42/pay/', '/drops/1/pay?x=1'])
    expect(await tierOf(path)).toBe('general');
});

test('everything else goes to general', async () => {
  for (const path of ['/', '/api/events', '/api/docs', '/api/metrics', '/socket.ioo']) {
    expect(await tierOf(path)).toBe('general');
  }
});

test('of the sandbox provider only its frames are public, and they get no session of ours', async () => {
  const withSandbox = await startFrontDoor({ hasSandbox: true });
  try {
    const headers = { cookie: 'session=a', authorization: 'Bearer b' };
    const { body } = await withSandbox.ask('/sandbox-payments/frame/cards?lang=en', { headers });
    expect(body).toMatchObject({ tier: 'sandbox', url: '/frame/cards?lang=en' });
    expect(body.headers).not.toHaveProperty('cookie');
    expect(body.headers).not.toHaveProperty('authorization');
    for (const path of ['/charges', '/frame/../charges', '/frame/%2e%2e/charges', '/'])
      expect((await withSandbox.ask(`/sandbox-payments${path}`)).body['tier']).toBe('general');
  } finally {
    await withSandbox.stop();
  }
  expect(await tierOf('/sandbox-payments/frame/cards')).toBe('general');
});

test('what ops see of the tiers is not public, however it is spelled', async () => {
  for (const path of [
    '/metrics',
    '/readyz',
    '/metrics/',
    '/METRICS',
    '/%6detrics',
    '//metrics',
    '/healthz/',
  ]) {
    expect(await door.ask(path)).toMatchObject({ status: 404, body: { code: 'not_found', status: 404 } });
  }
  expect(await door.ask('/healthz')).toMatchObject({ status: 200, body: { status: 'alive' } });
});

test('tiers learn the real address, scheme, host and request id', async () => {
  const { body, headers } = await door.ask('/api/events', {
    headers: {
      'x-forwarded-for': '192.0.2.66, 203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-request-id': 'asked-for-1',
    },
  });
  expect(body.headers).toMatchObject({
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-request-id': 'asked-for-1',
    host: `127.0.0.1:${door.port}`,
  });
  expect(headers.get('x-request-id')).toBe('asked-for-1');
});

test('a request id is made when there is none, or none fit to log', async () => {
  for (const id of [undefined, 'a b', 'x'.repeat(500)]) {
    const { body, headers } = await door.ask('/', {
      headers: id === undefined ? {} : { 'x-request-id': id },
    });
    expect(body.headers?.['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.get('x-request-id')).toBe(body.headers?.['x-request-id']);
  }
});

test('an address is not believed from someone who is no trusted proxy', async () => {
  const strict = await startFrontDoor({ trustedProxies: [] });
  try {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    expect((await strict.ask('/', { headers })).body.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
  } finally {
    await strict.stop();
  }
});

test('a body over 16 KB is refused before it reaches a tier', async () => {
  const post = (bytes: number): ReturnType<typeof door.ask> =>
    door.ask('/api/events', { method: 'POST', body: 'x'.repeat(bytes) });
  expect((await post(16 * 1024)).body.bytes).toBe(16 * 1024);
  const refused = await post(16 * 1024 + 1);
  expect(refused).toMatchObject({ status: 413, body: { code: 'body_too_large', status: 413 } });
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
});

test("a tier's own errors pass through; a tier that is away is reported as unavailable", async () => {
  expect(await door.ask('/api/fails')).toMatchObject({ status: 503, body: { tier: 'general' } });
  await door.tiers.realtime.stop();
  const gone = await door.ask('/socket.io/');
  expect(gone).toMatchObject({ status: 502, body: { code: 'unavailable', status: 502 } });
  expect(gone.headers.get('retry-after')).toBe('1');
});
