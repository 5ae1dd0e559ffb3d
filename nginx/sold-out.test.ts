import { eventually } from '../testing/eventually.ts';
import { startFrontDoor, type Seen } from '../testing/nginx/start-front-door.ts';

const unlimited = { rate: 10_000, burst: 10_000 };
const soldOut = { 'cache-control': 's-maxage=1, stale-while-revalidate=1' };
const text = '{"code":"drop_sold_out"}';

let door: Awaited<ReturnType<typeof startFrontDoor>>;
beforeEach(async () => {
  door = await startFrontDoor({
    limits: { entryPerAddress: unlimited, entryPerToken: unlimited, generalPerAddress: unlimited },
  });
});
afterEach(() => door.stop());

const enter = (drop: number, headers: Record<string, string> = {}) =>
  door.ask(`/api/drops/${drop}/entries`, { method: 'POST', body: '{}', headers });

/** Makes the drops in `sold` sold out; all others accept entries. */
function sell(sold: Set<number>): void {
  door.tiers.publisher.answer(({ url }) =>
    sold.has(Number(url.split('/')[3]))
      ? { status: 409, headers: soldOut, text }
      : { status: 202, headers: { 'cache-control': 'no-store' } },
  );
}
const asked = (): readonly Seen[] => door.tiers.publisher.asked;

test('a crowd at a drop that is sold out does not reach the publisher', async () => {
  sell(new Set([7]));
  await enter(7);
  const crowd = await Promise.all(
    Array.from({ length: 200 }, (_, i) => enter(7, { authorization: `Bearer head.body.${i}` })),
  );
  for (const { status, body, headers } of crowd) {
    expect({ status, body }).toEqual({ status: 409, body: { code: 'drop_sold_out' } });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  }
  expect(new Set(crowd.map(({ headers }) => headers.get('x-request-id'))).size).toBe(200);
  expect(asked().length).toBeLessThan(10);
});

test('other drops are not sold out by that, nor are other methods answered', async () => {
  sell(new Set([7]));
  await enter(7);
  expect((await enter(77)).status).toBe(202);
  const odd = await door.ask('/api/drops/7/entries?drop=77', { method: 'POST', body: '{}' });
  expect(odd.status).toBe(409);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const { body } = await door.ask('/api/drops/7/entries', { method });
    expect(body).toMatchObject({ tier: 'general', method });
  }
});

test('a drop that has seats again is entered again, by all', async () => {
  const sold = new Set([7]);
  sell(sold);
  await enter(7);
  await eventually(async () => (await enter(7)).status === 409);
  sold.delete(7);
  const all = await eventually(async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await enter(7)).status));
    return statuses.every((status) => status === 202) && statuses;
  });
  expect(all).toHaveLength(20);
});

test('entries never wait for each other, not even just after it was sold out', async () => {
  const sold = new Set([7]);
  sell(sold);
  await enter(7);
  // No request is answered before all have arrived.
  let arrived = 0;
  let all = () => {};
  const until = new Promise<void>((resolve) => (all = resolve));
  door.tiers.publisher.answer(() => {
    arrived += 1;
    if (arrived === 50) all();
    return { status: 202, headers: { 'cache-control': 'no-store' }, until };
  });
  const elsewhere = Array.from({ length: 50 }, () => enter(8));
  expect((await Promise.all(elsewhere)).every(({ status }) => status === 202)).toBe(true);
  await eventually(async () => (await enter(7)).status === 202);
});

test.each([
  [202, { 'cache-control': 'no-store' }],
  [401, { 'cache-control': 'no-store' }],
  [409, { 'cache-control': 'no-store' }],
  [409, {}],
  [409, { ...soldOut, 'set-cookie': 'session=mine' }],
  [422, { 'cache-control': 'no-store' }],
  [503, { 'cache-control': 'no-store', 'retry-after': '1' }],
])('%i with %j is told to nobody else', async (status, headers) => {
  door.tiers.publisher.answer(() => ({ status, headers }));
  for (let each = 1; each <= 5; each += 1) {
    expect((await enter(7)).status).toBe(status);
    expect(asked().length).toBe(each);
  }
});

test('with the publisher away nobody is told sold out for long', async () => {
  sell(new Set([7]));
  await enter(7);
  await door.tiers.publisher.stop();
  const answer = await eventually(async () => {
    const after = await enter(7);
    return after.status !== 409 && after;
  });
  expect(answer).toMatchObject({ status: 502, body: { code: 'unavailable' } });
});
