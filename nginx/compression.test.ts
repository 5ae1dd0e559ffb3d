import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

const long = JSON.stringify({ items: Array.from({ length: 200 }, (_, id) => ({ id, title: 'A Night' })) });

let pages: string;
let door: Awaited<ReturnType<typeof startFrontDoor>>;
beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), 'pages-'));
  writeFileSync(join(pages, 'index.html'), '<p>the page</p>'.repeat(200));
  writeFileSync(join(pages, 'favicon.svg'), `<svg>${'<g/>'.repeat(500)}</svg>`);
  door = await startFrontDoor({ pages });
  for (const tier of Object.values(door.tiers))
    tier.answer(({ url }) => ({
      text: url.includes('short') ? '{"tiny":1}' : long,
      headers: url.includes('problem')
        ? { 'content-type': 'application/problem+json' }
        : url.startsWith('/events/')
          ? { 'content-type': 'text/html; charset=utf-8' }
          : url.includes('short')
            ? { 'content-length': '10' }
            : {},
    }));
});
afterAll(async () => {
  await door.stop();
  rmSync(pages, { recursive: true });
});

/** The content encoding of an answer, and whether it is complete. */
async function packed(path: string, init: RequestInit = {}) {
  const { headers, text } = await door.ask(path, init);
  return { encoding: headers.get('content-encoding'), vary: headers.get('vary'), text };
}

test.each(['/api/events', '/api/drops/1/seats', '/api/drops/1/report', '/api/problem', '/events/1'])(
  '%s is compressed for who takes it, and the same for who does not',
  async (path) => {
    expect(await packed(path)).toEqual({ encoding: 'gzip', vary: 'Accept-Encoding', text: long });
    const plain = await packed(path, { headers: { 'accept-encoding': 'identity' } });
    expect(plain).toMatchObject({ encoding: null, text: long });
  },
);

test('so are pages and pictures', async () => {
  for (const path of ['/', '/favicon.svg'])
    expect(await packed(path)).toMatchObject({ encoding: 'gzip', vary: 'Accept-Encoding' });
});

test('a short answer is not: packed it would take no packet less', async () => {
  expect(await packed('/api/short')).toMatchObject({ encoding: null, text: '{"tiny":1}' });
});

test('answers with sessions or checkout tokens are not: their length would say something of them', async () => {
  for (const [path, method] of [
    ['/api/drops/1/entries', 'POST'],
    ['/api/drops/1/entries', 'GET'],
    ['/api/drops/1/entry', 'GET'],
    ['/api/auth/signin', 'POST'],
    ['/api/auth/me', 'GET'],
    ['/api/checkout', 'POST'],
  ] as const)
    expect([path, await packed(path, { method })]).toMatchObject([path, { encoding: null, text: long }]);
});
