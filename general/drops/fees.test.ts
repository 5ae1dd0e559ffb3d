import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop, openDrop } from '../../testing/general/new-drop.ts';
import { recordsOf } from '../../testing/general/parse-csv.ts';
import { platformFeesFrom, type PlatformFees } from './platform-fees.ts';

/** The settings of general, which a restart may change. */
let settings: PlatformFees;
const atFirst = platformFeesFrom({
  PLATFORM_FEE_PERCENT: 2.5,
  PLATFORM_FEE_PER_ORDER: new Map([
    ['EUR', 50],
    ['JPY', 80],
  ]),
});
const dearer = platformFeesFrom({ PLATFORM_FEE_PERCENT: 10 });

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ platformFees: (price) => settings(price) });
});
beforeEach(() => (settings = atFirst));
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const fees = { perSeat: 150, perOrder: 300, percent: 0 };
const withFees = { price: eur(5000), fees, taxPercent: 19 };
// 2 × (50.00 + 1.50 + 1.25) + 3.00 + 0.50
const paid = {
  amount: eur(10_900),
  lines: [
    { kind: 'seats', amount: eur(10_000) },
    { kind: 'fees', amount: eur(600) },
    { kind: 'platform_fees', amount: eur(300) },
  ],
  includedTax: { percent: 19, amount: eur(1740) },
};

async function read(path: string): Promise<Record<string, unknown>> {
  const answer = await request(system.app).get(path).set(system.organizer.bearer).expect(200);
  return answer.body as Record<string, unknown>;
}
const edit = (id: number, changes: object) =>
  request(system.app).patch(`/api/drops/${id}`).set(system.organizer.bearer).send(changes).expect(200);

async function buy(drop: Drop, quantity: number) {
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer, quantity);
  const body = { checkoutToken: token, payment: { token: system.cards.approved } };
  return request(system.app).post('/api/checkout').set(buyer.bearer).send(body).expect(201);
}

test('what a drop shows is what is charged, and the order lists what it was made of', async () => {
  const { id, eventId } = await createDrop(system, system.organizer, withFees);
  const shown = { price: eur(5000), seatPrice: eur(5275), orderFee: eur(350), fees, taxPercent: 19 };
  expect(await read(`/api/drops/${id}`)).toMatchObject({
    ...shown,
    platformFees: { perSeat: 0, perOrder: 50, percent: 2.5 },
  });
  expect(await read(`/api/events/${eventId}`)).toMatchObject({ drops: [shown] });

  await openDrop(system, id);
  const drop = (await loadDrop(system.db, id))!;
  const { body: order } = await buy(drop, 2);
  expect(order).toMatchObject(paid);
  const [charge] = await system.chargesOf((order as { id: string }).id);
  expect(charge).toMatchObject({ approved: true, amount: 10_900 });
});

test('other settings of the platform change neither a price that was shown nor an order', async () => {
  const { id } = await createDrop(system, system.organizer, withFees);
  await openDrop(system, id);
  const drop = (await loadDrop(system.db, id))!;
  const { body: before } = await buy(drop, 2);
  settings = dearer;
  const { body: after } = await buy(drop, 2);
  expect(after).toMatchObject(paid);
  expect(await read(`/api/orders/${(before as { id: string }).id}`)).toMatchObject(paid);
  // Nor would other fees of the drop, if they could change.
  await system.db('drops').where({ id }).update({ fees: null, platform_fees: null, tax_percent: null });
  expect(await read(`/api/orders/${(before as { id: string }).id}`)).toMatchObject(paid);
});

test('the platform’s fees are those at the time when the price is set', async () => {
  const { id } = await createDrop(system, system.organizer, withFees);
  settings = dearer;
  const { body: other } = await edit(id, { maxPerBuyer: 2, taxPercent: 0 });
  expect(other).toMatchObject({ seatPrice: eur(5275), orderFee: eur(350) });
  expect(other).not.toHaveProperty('taxPercent');
  const { body: repriced } = await edit(id, { price: eur(6000) });
  expect(repriced).toMatchObject({ seatPrice: eur(6750), orderFee: eur(300), termsVersion: 3 });
  const none = { perSeat: 0, perOrder: 0, percent: 0 };
  const { body: bare } = await edit(id, { fees: none });
  expect(bare).toMatchObject({ seatPrice: eur(6600) });
  expect(bare).not.toHaveProperty('fees');
  expect(bare).not.toHaveProperty('orderFee');
});

test('a fee of the platform is for its currency', async () => {
  const { id } = await createDrop(system, system.organizer, { price: { amount: 5000, currency: 'JPY' } });
  const yen = (amount: number) => ({ amount, currency: 'JPY' });
  expect(await read(`/api/drops/${id}`)).toMatchObject({ seatPrice: yen(5125), orderFee: yen(80) });
});

test('report and export add up to the orders', async () => {
  const { id } = await createDrop(system, system.organizer, withFees);
  await openDrop(system, id);
  const drop = (await loadDrop(system.db, id))!;
  await buy(drop, 2);
  await buy(drop, 1);
  const { body: refunded } = await buy(drop, 1);
  await request(system.app)
    .post(`/api/orders/${(refunded as { id: string }).id}/refund`)
    .set(system.organizer.bearer)
    .expect(200);
  // One seat: 52.75 + 3.50, of which 19/119 is 8.98.
  expect(await read(`/api/drops/${id}/report`)).toMatchObject({
    orders: 2,
    revenue: eur(10_900 + 5625),
    refunds: eur(5625),
    fees: eur(600 + 450),
    platformFees: eur(300 + 175),
    includedTax: eur(1740 + 898),
  });
  const csv = await request(system.app).get(`/api/drops/${id}/report.csv`).set(system.organizer.bearer);
  const columns = ['price', 'fees', 'platform_fees', 'included_tax'];
  const rows = recordsOf(csv.text).map((record) => columns.map((column) => record[column]).join(' '));
  const single = '50.00 4.50 1.75 8.98';
  expect(rows.toSorted()).toEqual(['100.00 6.00 3.00 17.40', single, single]);
});
