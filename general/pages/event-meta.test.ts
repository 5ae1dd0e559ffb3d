import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { pageHeaders } from '../../shared/http/page-policy.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { eventually } from '../../testing/eventually.ts';
import { createDrop, openDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

const index = `<!doctype html>
<html>
  <head>
    <!--meta-->
    <title>Seatdrop</title>
    <!--/meta-->
    <script type="module" src="/assets/main.js"></script>
  </head>
  <body><div id="app"><!--said-->nothing<!--/said--></div></body>
</html>
`;
let webRoot: string;
let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'seatdrop-web-'));
  await writeFile(join(webRoot, 'index.html'), index);
  general = await startGeneral({ webRoot, publicUrl: 'https://seatdrop.test' });
  organizer = await general.user('organizer');
});
afterAll(async () => {
  await general.stop();
  await rm(webRoot, { recursive: true });
});
afterEach(() => general.assertQuiet());

const page = (id: number | string) => request(general.app).get(`/events/${id}`);

async function insertEvent(facts: object = {}): Promise<number> {
  const [id] = await general.db('events').insert({
    organizer_id: organizer.userId,
    title: 'A Night of Strings',
    description: 'Quartets by candlelight.',
    venue: 'Old Mill',
    starts_at: new Date('2031-02-03T19:30:00Z'),
    time_zone: 'Asia/Kathmandu',
    ...facts,
  });
  return id!;
}

type Structured = { name: string; offers: { availability: string; price: string }[] } & Record<
  string,
  unknown
>;
function structuredIn(text: string): Structured {
  const [, json] = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(text) ?? [];
  return JSON.parse(json!) as Structured;
}

test('title, description, address and metadata stand in the app’s own page', async () => {
  const id = await insertEvent();
  const { text, headers } = await page(id).expect(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=1');
  expect(text.match(/<title>/g)).toHaveLength(1);
  const url = `https://seatdrop.test/events/${id}`;
  for (const element of [
    '<title>A Night of Strings · Seatdrop</title>',
    '<meta name="description" content="Quartets by candlelight.">',
    `<link rel="canonical" href="${url}">`,
    '<meta property="og:title" content="A Night of Strings">',
    '<meta property="og:description" content="Quartets by candlelight.">',
    `<meta property="og:url" content="${url}">`,
    '<meta property="og:image" content="https://seatdrop.test/posters/seatdrop.png">',
    '<meta property="og:image:width" content="1200">',
    '<meta property="og:image:height" content="630">',
    '<meta name="twitter:card" content="summary_large_image">',
    '<meta name="twitter:image" content="https://seatdrop.test/posters/seatdrop.png">',
    '<script type="module" src="/assets/main.js"></script>',
    '<div id="app"><h1>A Night of Strings</h1>',
    '<p><time datetime="2031-02-03T19:30:00.000Z">Tuesday, 4 February 2031 at 01:15 GMT+5:45</time> · Old Mill</p>',
    '<p>Quartets by candlelight.</p>',
  ]) {
    expect(text).toContain(element);
  }
  expect(structuredIn(text)).toMatchObject({
    '@type': 'Event',
    name: 'A Night of Strings',
    startDate: '2031-02-04T01:15:00+05:45',
    location: { name: 'Old Mill' },
    organizer: { name: 'organizer' },
    url,
    offers: [],
  });
});

test('offers say what is to be had', async () => {
  const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: 1 }];
  const { id, eventId } = await createDrop(general, organizer, { sections });
  const offer = async () => structuredIn((await page(eventId).expect(200)).text).offers[0]!;
  const later = () => new Promise((resolve) => setTimeout(resolve, 1_050));
  expect(await offer()).toMatchObject({
    availability: 'https://schema.org/PreOrder',
    price: '45.00',
    priceCurrency: 'EUR',
  });
  await openDrop(general, id);
  await later();
  expect((await offer()).availability).toBe('https://schema.org/InStock');
  const place = { dropId: id, partition: 0 };
  await general.inventory.claim(place, { id: newBatchId(), packed: '1:1' }, { mayBorrow: false });
  await later();
  expect((await offer()).availability).toBe('https://schema.org/SoldOut');
  await general.db('drops').where({ id }).update({ cancelled_at: new Date() });
  await later();
  expect(await offer()).toBeUndefined();
});

test('whatever an event is called, it stays text', async () => {
  const nasty = `</title></script><script>alert(1)</script><!-- "' & $& $' \u2028 <!--meta-->`;
  const id = await insertEvent({ title: nasty, description: `${nasty}\n${nasty}`, venue: nasty });
  const { text } = await page(id).expect(200);
  expect(text.match(/<script/g)).toHaveLength(2);
  expect(text.match(/<\/script>/g)).toHaveLength(2);
  expect(text.match(/<!--/g)).toBeNull();
  expect(text.match(/<\/title>/g)).toHaveLength(1);
  for (const [, content] of text.matchAll(/content="([^"]*)"/g)) expect(content).not.toMatch(/[<>']/);
  expect(structuredIn(text).name).toBe(nasty);
});

test('a long description is cut between words, an empty one made up from the facts', async () => {
  const long = await insertEvent({ description: 'many words '.repeat(100) });
  const described = async (id: number) =>
    /name="description" content="([^"]*)"/.exec((await page(id).expect(200)).text)![1]!;
  expect(await described(long)).toMatch(/^(many words )+(many|words)…$|words…$/);
  expect((await described(long)).length).toBeLessThanOrEqual(200);
  expect(await described(await insertEvent({ description: '' }))).toBe(
    'A Night of Strings, Old Mill, 2031-02-04',
  );
});

test('where there is no event the app says so, with the status that fits', async () => {
  for (const id of ['4294967295', '0', '01', '9'.repeat(30), 'x', '1e3']) {
    const { text, headers } = await page(id).expect(404);
    expect(text).toContain('<div id="app"></div>');
    expect(text).toContain('<meta name="robots" content="noindex">');
    expect(headers['cache-control']).toBe('no-store');
  }
});

test('a page may ask nobody but us, and runs no script of its own making', async () => {
  const { headers } = await page(await insertEvent()).expect(200);
  expect(headers['content-security-policy']).toBe(
    "default-src 'self'; img-src 'self' data:; style-src 'self'; " +
      "connect-src 'self' ws://seatdrop.test wss://seatdrop.test; " +
      "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  );
});

test('a page has the headers that the front door gives to the others', async () => {
  const paths = [`/events/${await insertEvent()}`, '/events/x', '/drops/1/pay'];
  for (const path of paths) {
    const { headers } = await request(general.app).get(path);
    for (const [name, value] of Object.entries(pageHeaders)) expect(headers[name.toLowerCase()]).toBe(value);
  }
});

test('the pay page may load the script of Stripe only where Stripe is the provider, and is not changed', async () => {
  const policyOf = async (app: TestGeneral['app'], path: string) =>
    (await request(app).get(path).expect(200)).headers['content-security-policy'];
  const { text, headers } = await request(general.app).get('/drops/1/pay').expect(200);
  expect(text).toBe(index);
  expect(headers['cache-control']).toBe('no-cache');
  const usual = headers['content-security-policy'];
  expect(usual).not.toContain('stripe');
  const other = await startGeneral({ webRoot, pages: { payment: { name: 'stripe' } } });
  try {
    const policy = await policyOf(other.app, '/drops/1/pay');
    expect(policy).toContain("script-src 'self' https://js.stripe.com https://*.js.stripe.com;");
    expect(policy).toContain(
      "frame-src 'self' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com;",
    );
    expect(policy).toMatch(/connect-src 'self' .*https:\/\/api\.stripe\.com;/);
    for (const directive of ["default-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(directive);
    const id = await insertEvent();
    expect(await policyOf(other.app, `/events/${id}`).catch(() => '')).not.toContain('stripe');
  } finally {
    await other.stop();
  }
});

test('the pay page may leave by a form for the page of a provider that has one, no other page may', async () => {
  const formOrigins = ['https://secure.payu.in'];
  const other = await startGeneral({ webRoot, pages: { payment: { name: 'payu', formOrigins } } });
  try {
    const policyOf = async (path: string) =>
      (await request(other.app).get(path)).headers['content-security-policy'];
    const policy = await policyOf('/drops/1/pay');
    expect(policy).toContain("form-action 'self' https://secure.payu.in;");
    for (const directive of ["default-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(directive);
    expect(policy).not.toContain('script-src');
    expect(await policyOf('/events/1')).toContain("form-action 'self';");
  } finally {
    await other.stop();
  }
});

test('a new version of the app is taken up, and its absence for a moment is not noticed', async () => {
  const id = await insertEvent();
  await page(id).expect(200);
  await rm(join(webRoot, 'index.html'));
  expect((await page(id).expect(200)).text).toContain('/assets/main.js');
  await writeFile(join(webRoot, 'index.html'), index.replace('main.js', 'main-2.js'));
  expect((await page(id).expect(200)).text).toContain('/assets/main-2.js');
  await writeFile(join(webRoot, 'index.html'), index);
});

test('without the app the page still says what it is about', async () => {
  const other = await startGeneral();
  const owner = await other.user('organizer');
  const { eventId } = await createDrop(other, owner);
  const { text } = await request(other.app).get(`/events/${eventId}`).expect(200);
  await other.stop();
  expect(text).toContain('<title>A Night of Strings · Seatdrop</title>');
});

test('when the database fails the app is still served, as not available', async () => {
  const other = await startGeneral({ webRoot });
  await other.db.schema.renameTable('events', 'events_away');
  const { status, text, headers } = await request(other.app).get('/events/1');
  await other.stop();
  expect(status).toBe(503);
  expect(headers['retry-after']).toBe('2');
  expect(text).toContain('<div id="app"></div>');
});

const get = (path: string, app = general.app) => request(app).get(path);

type Listed = { items: { id: number; title: string; description: string }[]; next: string | null };
function listedIn(text: string, which: string): Listed {
  const [, json] =
    new RegExp(`<script type="application/json" id="listed-${which}">(.*?)</script>`).exec(text) ?? [];
  return JSON.parse(json!) as Listed;
}

test('the home page has the events to come with links, times, places and prices, and those that are over are at /past', async () => {
  const other = await startGeneral({ webRoot, publicUrl: 'https://seatdrop.test' });
  try {
    const { eventId, id } = await createDrop(other, await other.user('organizer'));
    const nasty = `</script><script>alert(1)</script> & "Strings"`;
    await other.db('events').where({ id: eventId }).update({ title: nasty, time_zone: 'Asia/Taipei' });
    const { text, headers } = await get('/', other.app).expect(200);
    expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=1');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    for (const part of [
      '<title>Events · Seatdrop</title>',
      '<link rel="canonical" href="https://seatdrop.test/">',
      `<a href="/events/${eventId}">&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Strings&quot;</a>`,
      '· Old Mill</p>',
      '45.00 EUR per seat',
      'Sale opens ',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('noindex');
    expect(listedIn(text, 'upcoming').items).toMatchObject([{ id: eventId, title: nasty, description: '' }]);
    expect((await get('/past', other.app).expect(200)).text).toContain('There are no past events.');

    const over = new Date(Date.now() - 3_600_000);
    await other.db('events').where({ id: eventId }).update({ starts_at: over });
    await other.db('drops').where({ id }).update({ opens_at: over, closes_at: over });
    await eventually(async () => {
      const past = (await get('/past', other.app).expect(200)).text;
      expect(past).toContain('<link rel="canonical" href="https://seatdrop.test/past">');
      expect(listedIn(past, 'past').items).toMatchObject([{ id: eventId }]);
    });
    await eventually(async () =>
      expect((await get('/', other.app)).text).toContain('There are no events at the moment.'),
    );
    expect((await get(`/events/${eventId}`, other.app)).text).toContain('<p>This event is over.</p>');
  } finally {
    await other.stop();
  }
});

test('a search is not indexed, whatever its query, and has the address of its list', async () => {
  const texts = await Promise.all(
    ['/?q=strings', '/?%71=x', '/?utm=1'].map(async (path) => (await get(path).expect(200)).text),
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('<meta name="robots" content="noindex">');
  expect(texts[0]).toContain('<link rel="canonical" href="https://seatdrop.test/">');
  expect(texts[0]).not.toContain('listed-upcoming');
});

test('when the database fails the lists are still served, as not available', async () => {
  const other = await startGeneral({ webRoot });
  await other.db.schema.renameTable('events', 'events_away');
  for (const path of ['/', '/past']) {
    const { status, text, headers } = await get(path, other.app);
    expect(status).toBe(503);
    expect(headers['cache-control']).not.toContain('public');
    expect(text).toContain('<div id="app"></div>');
  }
  await other.stop();
});

test('the sitemap has the lists, the events to come and those still on sale, and then those that are over', async () => {
  const past = new Date(Date.now() - 3_600_000);
  const [coming, over] = [await insertEvent(), await insertEvent({ starts_at: past })];
  const { eventId: running } = await createDrop(general, organizer);
  await general.db('events').where({ id: running }).update({ starts_at: past });
  const { text, headers } = await get('/sitemap.xml').expect(200);
  expect(headers['content-type']).toBe('application/xml; charset=utf-8');
  expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=1');
  expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<urlset xmlns="[^"]+">\n<url>/);
  const has = (id: number) => text.includes(`<url><loc>https://seatdrop.test/events/${id}</loc></url>`);
  expect([coming, running, over].map(has)).toEqual([true, true, true]);
  expect(text.indexOf(`/events/${over}<`)).toBeGreaterThan(text.indexOf(`/events/${coming}<`));
  for (const path of ['/', '/past'])
    expect(text).toContain(`<url><loc>https://seatdrop.test${path}</loc></url>`);
});

test('robots.txt names the sitemap, and keeps search engines from pages of one user', async () => {
  const { text, headers } = await get('/robots.txt').expect(200);
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(text).toContain('\nSitemap: https://seatdrop.test/sitemap.xml\n');
  expect(text).toContain('\nDisallow: /orders\n');
});

test.each([
  ['security@seatdrop.test', 'mailto:security@seatdrop.test'],
  ['https://seatdrop.test/report', 'https://seatdrop.test/report'],
])(
  'security.txt names the contact of the settings (%s), and none without one',
  async (securityContact, uri) => {
    await get('/.well-known/security.txt').expect(404);
    const other = await startGeneral({ publicUrl: 'https://seatdrop.test', pages: { securityContact } });
    try {
      const { text, headers } = await get('/.well-known/security.txt', other.app).expect(200);
      expect(headers['content-type']).toBe('text/plain; charset=utf-8');
      const [contact, expires, canonical] = text.split('\n');
      expect(contact).toBe(`Contact: ${uri}`);
      expect(canonical).toBe('Canonical: https://seatdrop.test/.well-known/security.txt');
      const [, time = ''] = /^Expires: (\d{4}-\d\d-\d\dT00:00:00\.000Z)$/.exec(expires!) ?? [];
      const days = (Date.parse(time) - Date.now()) / 86_400_000;
      expect(days > 90 && days < 365).toBe(true);
    } finally {
      await other.stop();
    }
  },
);
