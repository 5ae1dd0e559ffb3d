import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pagePaths } from '../shared/contract/page-paths.ts';
import { pageHeaders } from '../shared/http/page-policy.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

let pages: string;
let door: Awaited<ReturnType<typeof startFrontDoor>>;
beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), 'pages of a "clone"-'));
  mkdirSync(join(pages, 'assets'));
  writeFileSync(join(pages, 'index.html'), '<p>the page</p>');
  writeFileSync(join(pages, 'favicon.svg'), '<svg/>');
  writeFileSync(join(pages, 'assets/a-1.js'), 'plain()');
  writeFileSync(join(pages, 'assets/a-1.js.gz'), gzipSync('packed()'));
  door = await startFrontDoor({ pages });
});
afterAll(async () => {
  await door.stop();
  rmSync(pages, { recursive: true });
});

test('every address of a page is the page, never from memory and allowed nothing from elsewhere', async () => {
  const ofGeneral = ['/', '/past'];
  const paths = pagePaths
    .filter((path) => !ofGeneral.includes(path))
    .flatMap((path) => {
      const named = path.replaceAll(/:\w+\?/g, 'pay').replaceAll(/:\w+/g, 'x');
      return path.endsWith('?') ? [named, named.replace(/\/pay$/, '')] : [named];
    });
  // The pay page is general's where its path has a number.
  for (const path of [...paths, '/drops/1', '/orders/', '/organize/drops/2/edit/']) {
    const { status, text, headers } = await door.ask(path);
    expect({ path, status, text }).toEqual({ path, status: 200, text: '<p>the page</p>' });
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-type')).toBe('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    for (const [name, value] of Object.entries(pageHeaders)) expect(headers.get(name)).toBe(value);
    // WebAssembly runs on the page of the door alone, which decodes QR codes by it.
    const isDoor = path.endsWith('/check-in');
    expect({ path, isAllowed: headers.get('content-security-policy')?.includes('unsafe-eval') }).toEqual({
      path,
      isAllowed: isDoor,
    });
  }
});

test('what is nowhere is the page too, but says 404', async () => {
  for (const path of [
    '/nowhere',
    '/orderss',
    '/orders/1/2',
    '/organize/drops/1/nothing',
    '/admin/nothing',
    '/events/',
    '/favicon.ico',
    '/built-from.txt',
  ]) {
    expect((await door.ask(path)).status).toBe(404);
  }
  expect((await door.ask('/nowhere')).text).toBe('<p>the page</p>');
});

test('files named after what is in them are kept for ever, and come packed to who takes it', async () => {
  const packed = await door.ask('/assets/a-1.js');
  expect(packed.text).toBe('packed()');
  expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(packed.headers.get('content-type')).toBe('text/javascript');
  const plain = await door.ask('/assets/a-1.js', { headers: { 'accept-encoding': 'identity' } });
  expect(plain.text).toBe('plain()');
  expect((await door.ask('/assets/gone.js')).status).toBe(404);
  expect((await door.ask('/favicon.svg')).headers.get('content-type')).toBe('image/svg+xml');
});

test('the API, sockets and event pages are still the tiers’, and a faulty answer of theirs stays as it is', async () => {
  expect((await door.ask('/api/events')).body['tier']).toBe('general');
  expect((await door.ask('/api/nothing')).body['tier']).toBe('general');
  for (const path of ['/', '/?q=strings', '/past', '/past/', '/events/1'])
    expect((await door.ask(path)).body['tier']).toBe('general');
  expect((await door.ask('/drops/1/pay')).body['tier']).toBe('general');
  expect((await door.ask('/drops/x/pay')).text).toBe('<p>the page</p>');
  expect((await door.ask('/events/x')).text).toBe('<p>the page</p>');
  expect((await door.ask('/socket.io/?EIO=4')).body['tier']).toBe('realtime');
});

test('lists of events, event pages and the pay page are there while general is away', async () => {
  await door.tiers.general.stop();
  for (const path of ['/', '/past', '/events/1', '/drops/1/pay'])
    expect(await door.ask(path)).toMatchObject({ status: 200, text: '<p>the page</p>' });
  expect((await door.ask('/api/events')).status).toBe(502);
});
