import request from 'supertest';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { inSeconds } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createRefunding } from './refund-duty.ts';

let system: GeneralSystem;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
  await named(system.organizer, 'Olga Organizer');
  await named(admin, 'Ada Admin');
});
afterAll(() => system.stop());

const named = (user: TestUser, name: string) =>
  system.db('users').where({ id: user.userId }).update({ name });

async function bought() {
  const returns = { until: inSeconds(80 * 86_400), keepPercent: 0 };
  const drop = await system.openDrop(4, { returns });
  const buyer = await system.user();
  await named(buyer, 'Bo Buyer');
  const { place, hold } = await system.hold(drop, buyer, 3);
  expect(await payHold(system.deps, place, hold, { token: system.cards.approved })).toMatchObject({
    kind: 'paid',
  });
  return { drop, buyer, id: hold.holdId, seats: hold.seats };
}

const giveBack = (id: string, who: TestUser, seat?: string) =>
  request(system.app)
    .post(`/api/orders/${id}/refund`)
    .set(who.bearer)
    .send(seat === undefined ? {} : { seats: [seat] })
    .expect(200);
const cancel = (dropId: number, who: TestUser) =>
  request(system.app).post(`/api/drops/${dropId}/cancel`).set(who.bearer).expect(200);

type Asked = { reason: string; requestedAs?: string; requestedBy?: string };

async function refundsOf(id: string, who: TestUser): Promise<Asked[]> {
  const path = `/api/orders/${id}/payments`;
  const { body } = await request(system.app).get(path).set(who.bearer).expect(200);
  return (body as { order: { refunds: Asked[] } }).order.refunds;
}

test('organizer, buyer and admin are named to the organizer and admins, and in the export', async () => {
  const { drop, buyer, id, seats } = await bought();
  await giveBack(id, system.organizer, seats[0]);
  await giveBack(id, buyer, seats[1]);
  await giveBack(id, admin);
  for (const reader of [system.organizer, admin])
    expect(await refundsOf(id, reader)).toMatchObject([
      { reason: 'organizer', requestedAs: 'organizer', requestedBy: 'Olga Organizer' },
      { reason: 'buyer', requestedAs: 'buyer', requestedBy: 'Bo Buyer' },
      { reason: 'organizer', requestedAs: 'admin', requestedBy: 'Ada Admin' },
    ]);
  const { text } = await request(system.app)
    .get(`/api/drops/${drop.id}/report.csv`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(text).toContain('"Olga Organizer; Bo Buyer; Ada Admin"');
});

test('the buyer is not told the name of who refunded the order', async () => {
  const { buyer, id, seats } = await bought();
  await giveBack(id, system.organizer, seats[0]);
  const { body } = await giveBack(id, buyer, seats[1]);
  const read = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  const list = await request(system.app).get('/api/orders').set(buyer.bearer).expect(200);
  for (const shown of [body, read.body, list.body] as object[]) {
    expect(JSON.stringify(shown)).toContain('"reason":"organizer"');
    expect(JSON.stringify(shown)).not.toMatch(/Olga|requestedBy|requestedAs/);
  }
});

test.each([
  ['organizer', 'Olga Organizer'],
  ['admin', 'Ada Admin'],
] as const)('refunds of a cancelled drop name who cancelled it first (%s)', async (role, requestedBy) => {
  const { drop, id } = await bought();
  const [first, second] = role === 'admin' ? [admin, system.organizer] : [system.organizer, admin];
  await cancel(drop.id, first);
  await cancel(drop.id, second);
  await createRefunding(system.deps)();
  expect(await refundsOf(id, admin)).toMatchObject([{ reason: 'cancelled', requestedAs: role, requestedBy }]);
});

test('a drop that the previous version cancelled has refunds without a name', async () => {
  const { drop, id } = await bought();
  await system.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  await system.db('orders').where({ id }).update({ status: 'refund_due' });
  await createRefunding(system.deps)();
  const [refund] = await refundsOf(id, admin);
  expect(refund).toMatchObject({ reason: 'cancelled' });
  expect(refund).not.toHaveProperty('requestedBy');
});
