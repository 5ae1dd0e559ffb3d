import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../testing/eventually.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

type Door = Awaited<ReturnType<typeof startFrontDoor>>;
const publicly = { 'cache-control': 'public, max-age=0, s-maxage=1' };
const session = { cookie: `session=head.body.${'s'.repeat(43)}` };

let door: Door;
beforeEach(async () => {
  door = await startFrontDoor();
});
afterEach(() => door.stop());

/** Numbers the answers, so that a cached one can be recognized. */
function numbered(headers: Record<string, string> = {}, status = 200): void {
  let number = 0;
  door.tiers.general.answer(() => ({ status, headers, text: String((number += 1)) }));
}

const askedGeneral = () => door.tiers.general.asked.length;

const read = [
  '/api/events?limit=5',
  '/api/drops/7/seats',
  '/api/drops/7/announcements',
  '/events/7',
  '/',
  '/past',
  '/?q=strings',
  '/sitemap.xml',
];
test.each([...read, '/api/openapi.json'])(
  'a crowd that asks for %s is one question to the tier, and has the new answer soon',
  async (path) => {
    numbered(publicly);
    await door.ask(path);
    const crowd = await Promise.all(Array.from({ length: 40 }, () => door.ask(path, { headers: session })));
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]));
    // The cached answer may have expired in between.
    expect(askedGeneral()).toBeLessThanOrEqual(2);
    const known = askedGeneral();
    await eventually(async () => Number((await door.ask(path)).text) > known);
  },
);

test('those who ask while nothing is known yet wait for the one who asked first', async () => {
  let answer = () => {};
  const until = new Promise<void>((resolve) => (answer = resolve));
  door.tiers.general.answer(() => ({ headers: publicly, until }));
  const crowd = Array.from({ length: 10 }, () => door.ask('/api/events'));
  await eventually(() => askedGeneral() > 0);
  answer();
  await Promise.all(crowd);
  expect(askedGeneral()).toBe(1);
});

test('an answer from memory has the asker’s own request id, and may not be kept by browsers', async () => {
  numbered(publicly);
  for (const id of ['the-first-one', 'the-second-one']) {
    const { headers } = await door.ask('/api/events', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toBe(id);
    expect(headers.get('cache-control')).toBe('public, max-age=0, s-maxage=1');
  }
});

test.each([
  ['the tier did not say it may be', '/api/events', {}, 200],
  ['it is for one caller', '/api/events', { 'cache-control': 'no-store' }, 200],
  ['it is for one caller, said otherwise', '/api/events', { 'cache-control': 'private, s-maxage=1' }, 200],
  ['it sets a cookie', '/api/events', { ...publicly, 'set-cookie': 'session=mine' }, 200],
  ['it is the asker’s own list', '/api/events?mine=true', publicly, 200],
  ['it depends on everything', '/api/events', { ...publicly, vary: '*' }, 200],
  ['no such place is for reads by all', '/api/orders', publicly, 200],
  ['a drop tells the time and the buyer’s question', '/api/drops/7', publicly, 200],
  ['an event tells the time', '/api/events/7', publicly, 200],
  ['it is an error', '/api/events', { 'cache-control': 'no-store' }, 500],
])('nothing is kept when %s', async (_why, path, headers, status) => {
  numbered(headers, status);
  for (const text of ['1', '2', '3']) expect((await door.ask(path)).text).toBe(text);
});

test('what is written is never answered from memory', async () => {
  numbered(publicly);
  for (const path of ['/api/events', '/api/drops/7/announcements']) {
    const first = Number((await door.ask(path)).text);
    for (const later of [1, 2]) {
      const { text } = await door.ask(path, { method: 'POST', body: '{}' });
      expect(Number(text)).toBe(first + later);
    }
  }
});

test('different questions have different answers', async () => {
  door.tiers.general.answer(({ url }) => ({ headers: publicly, text: url }));
  for (const path of ['/api/events', '/api/events?after=x', '/api/drops/7/seats', '/api/drops/8/seats']) {
    for (let twice = 0; twice < 2; twice += 1) expect((await door.ask(path)).text).toBe(path);
  }
});

test('the page of a list is kept once, and once more for all queries of it, which the tier answers alike', async () => {
  door.tiers.general.answer(({ url }) => ({ headers: publicly, text: url }));
  expect((await door.ask('/')).text).toBe('/');
  expect((await door.ask('/?')).text).toBe('/');
  const pages = [];
  for (const query of ['?a=1', '?a=2', '?b=3']) pages.push((await door.ask(`/${query}`)).text);
  expect(new Set(pages).size).toBeLessThan(3);
  expect(pages).not.toContain('/');
  expect((await door.ask('/')).text).toBe('/');
});

test('a flood of different searches evicts no list: they have a cache of their own', async () => {
  numbered(publicly);
  const lists = ['/api/events', '/api/events?limit=5&when=past'];
  const searches = Array.from({ length: 10 }, (_, index) => `/api/events?q=${index}`);
  for (const path of [...lists, ...searches, '/api/events?%71=x']) await door.ask(path);
  const kept = (zone: string) =>
    readdirSync(join(door.dir, zone), { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
  expect(kept('reads')).toHaveLength(2);
  expect(kept('searches')).toHaveLength(11);
});

test('languages are kept apart where the answer depends on them', async () => {
  const headers = { ...publicly, vary: 'Accept-Language' };
  door.tiers.general.answer((seen) => ({ headers, text: seen.headers['accept-language'] ?? '' }));
  for (const language of ['en', 'zh-Hant', 'en', 'zh-Hant']) {
    const { text } = await door.ask('/events/7', { headers: { 'accept-language': language } });
    expect(text).toBe(language);
  }
  expect(askedGeneral()).toBeLessThan(4);
});

test('while the tier fails or is away, what was known is told', async () => {
  numbered(publicly);
  await door.ask('/api/events');
  numbered({ 'cache-control': 'no-store' }, 503);
  const before = askedGeneral();
  // Long enough for the cached answer to expire.
  await eventually(async () => {
    expect((await door.ask('/api/events')).text).toBe('1');
    return askedGeneral() > before + 3;
  });
  await door.tiers.general.stop();
  for (let each = 0; each < 5; each += 1)
    expect(await door.ask('/api/events')).toMatchObject({ status: 200, text: '1' });
  // An answer that nobody had asked for is not cached.
  expect((await door.ask('/api/drops/7/seats')).status).toBe(502);
});
