import request from 'supertest';
import type { Drop } from '../shared/drops/drop.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
let drop: Drop;
let buyer: Awaited<ReturnType<PublisherSystem['user']>>;
beforeAll(async () => {
  system = await createPublisherSystem();
  drop = await system.createDrop();
  buyer = await system.user();
});
afterAll(() => system.stop());

const enter = (headers: Record<string, string>) =>
  request(system.url)
    .post(`/api/drops/${drop.id}/entries`)
    .set('Cookie', `session=${buyer.bearer.Authorization.slice('Bearer '.length)}`)
    .set('Host', 'seatdrop.test')
    .set(headers)
    .send(system.entry(drop, buyer.id));

test.each<Record<string, string>>([
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' },
  { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.seatdrop.test' },
  // The same host with another scheme is another site, too.
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://seatdrop.test' },
  { Origin: 'https://evil.test' },
  { Origin: 'null' },
  // A header that browsers may add by themselves does not count as our token.
  { 'Sec-Fetch-Site': 'cross-site', Authorization: 'Basic dTpw' },
])('an entry with a cookie that was sent along from %o is not taken', async (headers) => {
  const { status, body } = await enter(headers);
  expect({ status, code: (body as { code: string }).code }).toEqual({
    status: 403,
    code: 'cross_site_request',
  });
  expect((await system.queued()).entries).toEqual([]);
});

test.each<Record<string, string>>([
  {},
  { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://seatdrop.test' },
  { Origin: 'https://seatdrop.test' },
])('our own page and programs (%o) are let through', async (headers) => {
  expect((await enter(headers)).status).toBe(202);
  expect((await system.queued()).entries).toHaveLength(1);
});

test('no other origin may read answers, nor ask whether it may', async () => {
  const asked = await request(system.url)
    .options(`/api/drops/${drop.id}/entries`)
    .set({ Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' });
  expect(asked.status).toBe(405);
  const answered = await enter({ Origin: 'https://evil.test' });
  for (const { headers } of [asked, answered]) {
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  }
});
