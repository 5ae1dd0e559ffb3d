import request from 'supertest';
import { entryIdOf, newBatchId } from '../../shared/inventory/entry-id.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { parseCsv } from '../../testing/general/parse-csv.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

/** Reads CSV as in RFC 4180. */
async function insertOrders(dropId: number, buyer: TestUser, count: number, more: object = {}) {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: entryIdOf(newBatchId(), index),
    drop_id: dropId,
    partition: 0,
    user_id: buyer.userId,
    attempt: 1,
    amount: 9000,
    currency: 'EUR',
    status: 'paid',
    // Groups of 300 orders have the same time.
    created_at: new Date(Date.UTC(2030, 0, 1, 0, 0, Math.floor(index / 300))),
    ...more,
  }));
  await general.db.batchInsert('orders', rows, 500);
  const seats = rows.flatMap(({ id }) => ['0.1', '2.5'].map((seat_id) => ({ order_id: id, seat_id })));
  await general.db.batchInsert('order_seats', seats, 500);
  return rows.map(({ id }) => id);
}

const download = (id: number) =>
  request(general.app).get(`/api/drops/${id}/report.csv`).set(organizer.bearer).expect(200);

test('one line an order, with seats by name and money as people write it', async () => {
  const { id } = await createDrop(general, organizer);
  const buyer = await general.user();
  const [order] = await insertOrders(id, buyer, 1, { status: 'refund_due' });
  const { text, headers } = await download(id);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toBe(`attachment; filename="drop-${id}-orders.csv"`);
  expect(text.startsWith('\ufeff')).toBe(true);
  const [header, line] = parseCsv(text.slice(1));
  expect(header).toEqual([
    'id',
    'buyer',
    'email',
    'seats',
    'amount',
    'currency',
    'status',
    'ordered_at',
    'changed_at',
    'refunded',
    'refunded_seats',
    'provider',
    'provider_id',
    'refunded_outside',
    'disputed',
    'price',
    'fees',
    'platform_fees',
    'included_tax',
    'refunded_by',
    'payout_account',
    'payout_fee',
    'payout_transfer',
  ]);
  expect(line!.slice(0, 8)).toEqual([
    order,
    'shopper',
    buyer.email,
    'Stalls row 1 seat 1; Balcony row 1 seat 5',
    '90.00',
    'EUR',
    'refunding',
    '2030-01-01T00:00:00.000Z',
  ]);
  expect(line!.slice(9, 11)).toEqual(['0.00', 'Stalls row 1 seat 1; Balcony row 1 seat 5']);
  // Orders of the version before have no fees.
  expect(line!.slice(-8)).toEqual(['90.00', '0.00', '0.00', '0.00', '', '', '', '']);
});

test('no name becomes a formula, and none breaks the file', async () => {
  const names = [
    '=HYPERLINK("http://x.test","win")',
    '+1',
    '-2+3',
    '@SUM(A1)',
    '  =1+1',
    '\uff1d1',
    "x;=cmd|'/C calc'!A1",
    'Ann "The Cello" Lee',
    'Lee, Ann',
    '陳大文',
  ];
  const { id } = await createDrop(general, organizer);
  for (const name of names) {
    const buyer = await general.user();
    await general.db('users').where({ id: buyer.userId }).update({ name });
    await insertOrders(id, buyer, 1);
  }
  const { text } = await download(id);
  const told = parseCsv(text.slice(1))
    .slice(1)
    .map(([, name]) => name);
  const safe = names.map((name) => name.replace(/(^|;)(?=\s*[=+\-@\uff1d])/, "$1'"));
  expect(new Set(told)).toEqual(new Set(safe));
});

test('a long export has every order once, as has the list', async () => {
  const { id } = await createDrop(general, organizer);
  const ids = await insertOrders(id, await general.user(), 1_234);
  const { text } = await download(id);
  const exported = parseCsv(text.slice(1))
    .slice(1)
    .map(([order]) => order);
  expect(exported).toHaveLength(ids.length);
  expect(new Set(exported)).toEqual(new Set(ids));

  const listed: string[] = [];
  let after: string | null | undefined;
  do {
    const query = { limit: 100, ...(after && { after }) };
    const { body } = await request(general.app)
      .get(`/api/drops/${id}/orders`)
      .query(query)
      .set(organizer.bearer)
      .expect(200);
    const page = body as { items: { id: string; buyer: object }[]; next: string | null };
    expect(page.items[0]!.buyer).toMatchObject({ name: 'shopper', email: expect.any(String) as string });
    listed.push(...page.items.map((order) => order.id));
    after = page.next;
  } while (after !== null);
  expect(listed).toEqual(exported);
});

test('a drop without orders has a header, and lists take no nonsense', async () => {
  const { id } = await createDrop(general, organizer);
  expect(parseCsv((await download(id)).text.slice(1))).toHaveLength(1);
  for (const query of ['limit=0', 'after=x', 'page=1']) {
    const { body } = await request(general.app)
      .get(`/api/drops/${id}/orders?${query}`)
      .set(organizer.bearer)
      .expect(422);
    expect(body).toMatchObject({ code: 'invalid_request' });
  }
});

test('when the database fails an export is a problem and no half file', async () => {
  const other = await startGeneral();
  const owner = await other.user('organizer');
  const { id } = await createDrop(other, owner);
  await other.db.schema.renameTable('order_seats', 'order_seats_away');
  const { status, headers } = await request(other.app).get(`/api/drops/${id}/report.csv`).set(owner.bearer);
  await other.stop();
  expect(status).toBe(500);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(headers).not.toHaveProperty('content-disposition');
});

test('a line names the payment at its provider, and what was refunded there or is disputed', async () => {
  const { id } = await createDrop(general, organizer);
  const buyer = await general.user();
  const [order] = await insertOrders(id, buyer, 1);
  const of = { hold_id: order, attempt: 1, provider: 'stripe', currency: 'EUR' };
  const { db } = general;
  await db('payment_attempts').insert({
    ...of,
    drop_id: id,
    partition: 0,
    user_id: buyer.userId,
    seats: '0.1,2.5',
    amount: 9000,
    status: 'approved',
    provider_ref: 'pi_of_the_order',
  });
  const now = new Date();
  await db('outside_refunds').insert([
    { ...of, provider_ref: 're_1', amount: 1000, status: 'made', made_at: now },
    { ...of, provider_ref: 're_2', amount: 550, status: 'made', made_at: now },
    { ...of, provider_ref: 're_3', amount: 7000, status: 'failed', made_at: now },
  ]);
  await db('disputes').insert([
    { ...of, provider_ref: 'du_1', amount: 4500, reason: 'fraudulent', status: 'won', opened_at: now },
    { ...of, provider_ref: 'du_2', amount: 4500, reason: 'fraudulent', status: 'lost', opened_at: now },
  ]);
  const [, line] = parseCsv((await download(id)).text.slice(1));
  expect(line!.slice(11, 15)).toEqual(['stripe', 'pi_of_the_order', '15.50', '45.00']);
});
