import { exchange } from '../local/process/wait.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

let door: Awaited<ReturnType<typeof startFrontDoor>>;
beforeAll(async () => {
  door = await startFrontDoor();
});
afterAll(() => door.stop());

const raw = (request: string) =>
  exchange(door.port, request, (text) => /\r\n\r\n[^]*\}/.test(text), 5_000).catch(
    (error: Error) => error.message,
  );

test('what nginx answers by itself may not be kept, framed, run or taken for something else', async () => {
  for (const [path, expected] of [
    ['/metrics', 404],
    ['/.problem/500', 404],
    ['/api/x?'.padEnd(20_000, 'x'), 414],
  ] as const) {
    const { headers, status, body } = await door.ask(path);
    expect(status).toBe(expected);
    expect(body['status']).toBe(expected);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('server')).toBe('nginx');
  }
});

test('headers that are too large get a problem with all that makes it safe', async () => {
  for (const header of [`Cookie: session=${'a'.repeat(9_000)}`, `X-Long: ${'a'.repeat(9_000)}`]) {
    const answer = await raw(`GET /api/events HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/);
    expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
    expect(answer).toMatch(/\r\nContent-Security-Policy: default-src 'none'/);
    expect(answer).toContain('"status":431');
  }
});

test('a redirect names no host that somebody made up', async () => {
  const answer = await door.ask('/socket.io', { redirect: 'manual' });
  expect(answer).toMatchObject({ status: 301 });
  expect(answer.headers.get('location')).toBe('/socket.io/');
});

test('TRACE, which would echo cookies, is refused, and so are methods nobody knows', async () => {
  const answer = await raw('TRACE /api/events HTTP/1.1\r\nHost: x\r\nCookie: session=secret\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 405 /);
  expect(answer).toMatch(/\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n/);
  expect(answer).not.toContain('secret');
});

test('a request whose end two servers could see differently is refused', async () => {
  for (const headers of [
    'Content-Length: 5\r\nContent-Length: 6\r\n',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Content-Length: -1\r\n',
    'X-Request-Id: a\r\n b\r\n\0: c\r\n',
  ]) {
    const answer = await raw(`POST /api/events HTTP/1.1\r\nHost: x\r\n${headers}\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 (400|501) /);
  }
});

test('a header that proxies speak among themselves is not taken from outside', async () => {
  const { body } = await door.ask('/api/events', {
    headers: {
      'x-forwarded-host': 'evil.test',
      'x-real-ip': '198.51.100.1',
      forwarded: 'for=198.51.100.1;host=evil.test',
      'x-request-id': 'abcdefgh\t{"level":60}',
    },
  });
  for (const name of ['x-forwarded-host', 'x-real-ip', 'forwarded'])
    expect(body.headers?.[name]).toBeUndefined();
  expect(body.headers?.['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
});

test('what is no HTTP at all gets a problem too, not an error of ours', async () => {
  for (const junk of [
    'GARBAGE\r\n\r\n',
    'GET /api HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET  \r\n\r\n',
    'GET /a b HTTP/1.1\r\n\r\n',
  ]) {
    const answer = await raw(junk);
    expect(answer).toMatch(/^HTTP\/1.1 (400|505) /);
    expect(answer).toContain('"code":"invalid_request"');
  }
});
