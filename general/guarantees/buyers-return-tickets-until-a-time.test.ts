import request from 'supertest';
import { createReport } from '../../proof/violation.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createEvent, dropBody, inSeconds } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

type Returns = { untilMs: number; keepPercent: number };

/** An order of `quantity` seats, 45.00 each, in a drop of four that allows returns for `untilMs` from now. */
async function buy(quantity: number, returns?: Returns) {
  const drop = await system.openDrop(4);
  if (returns) {
    const columns = {
      returns_until: new Date(Date.now() + returns.untilMs),
      returns_keep_percent: returns.keepPercent,
    };
    await system.db('drops').where({ id: drop.id }).update(columns);
  }
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, quantity);
  expect((await payHold(system.deps, place, hold, { token: system.cards.approved })).kind).toBe('paid');
  const [first = '', second = ''] = hold.seats;
  return { drop, place, buyer, id: hold.holdId, seats: hold.seats, first, second };
}

const giveBack = ({ id }: { id: string }, who: TestUser, body?: object) =>
  request(system.app).post(`/api/orders/${id}/refund`).set(who.bearer).send(body);
const givenBack = async (id: string) => (await system.chargesOf(id))[0]?.givenBack;
const hour = 3_600_000;

test('a buyer returns a seat, gets back what the drop says, and the next in standby gets the seat', async () => {
  const bought = await buy(4, { untilMs: hour, keepPercent: 10 });
  const { drop, place, buyer, id, first } = bought;
  const waiting = await system.user();
  const batch = { id: newBatchId(), packed: `${waiting.userId}:1` };
  await system.inventory.claim(place, batch, { mayBorrow: false });
  const { body } = await giveBack(bought, buyer, { seats: [first] }).expect(200);
  expect(body).toMatchObject({
    status: 'paid',
    amount: { amount: 18000 },
    refunded: { amount: 4050 },
    returns: { keepPercent: 10 },
    refunds: [{ reason: 'buyer', amount: { amount: 4050 }, kept: { amount: 450 }, status: 'done' }],
  });
  expect(await givenBack(id)).toBe(4050);
  expect(await system.inventory.view(place, waiting.userId)).toMatchObject({ kind: 'held', seats: [first] });
  expect(await system.db('refunds').where({ order_id: id })).toMatchObject([
    { asked_by: buyer.userId, asked_as: 'buyer' },
  ]);

  // What the organizer refunds is not reduced, and what was kept stays kept.
  await giveBack(bought, system.organizer).expect(200);
  expect(await givenBack(id)).toBe(4050 + 13500);
  const { violations, report } = createReport();
  await verifyDrop(system.deps, (await loadDrop(system.db, drop.id))!, report);
  expect(violations).toEqual([]);
  const path = `/api/drops/${drop.id}/report`;
  const shown = await request(system.app).get(path).set(system.organizer.bearer).expect(200);
  expect(shown.body).toMatchObject({ revenue: { amount: 450 }, refunds: { amount: 17550 } });
});

test('a whole order of which the organizer keeps all is returned without asking the provider', async () => {
  const bought = await buy(2, { untilMs: hour, keepPercent: 100 });
  await giveBack(bought, bought.buyer).expect(200);
  expect(await givenBack(bought.id)).toBe(0);
  expect(await system.inventory.counts(bought.drop)).toMatchObject({ free: 4, sold: 0 });
});

test.each<[string, Returns | undefined]>([
  ['without returns', undefined],
  ['whose time for returns is over', { untilMs: -1, keepPercent: 0 }],
])('a buyer returns nothing of a drop %s', async (_what, returns) => {
  const bought = await buy(2, returns);
  for (const body of [undefined, { seats: [bought.first] }])
    expect((await giveBack(bought, bought.buyer, body).expect(403)).body).toMatchObject({
      code: 'returns_closed',
    });
  expect(await givenBack(bought.id)).toBe(0);
  expect(await system.db('refunds').where({ order_id: bought.id })).toEqual([]);
  // The organizer can.
  await giveBack(bought, system.organizer, { seats: [bought.first] }).expect(200);
  expect(await givenBack(bought.id)).toBe(4500);
});

test('a used ticket is not returned, not by force either; the others are', async () => {
  const bought = await buy(2, { untilMs: hour, keepPercent: 0 });
  const { buyer, id, first, second } = bought;
  const order = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  const { seats, eventId } = order.body as { eventId: number; seats: { id: string; ticket: string }[] };
  const code = seats.find((seat) => seat.id === first)!.ticket;
  const path = `/api/events/${eventId}/check-ins`;
  await request(system.app).post(path).set(system.organizer.bearer).send({ code }).expect(200);

  for (const body of [undefined, { seats: [first] }])
    expect((await giveBack(bought, buyer, body).expect(409)).body).toMatchObject({
      code: 'already_checked_in',
    });
  expect((await giveBack(bought, buyer, { seats: [first], force: true }).expect(403)).body).toMatchObject({
    code: 'not_allowed',
  });
  await giveBack(bought, buyer, { seats: [second] }).expect(200);
  expect(await givenBack(id)).toBe(4500);
});

test('nobody returns the tickets of somebody else', async () => {
  const bought = await buy(1, { untilMs: hour, keepPercent: 0 });
  await giveBack(bought, await system.user()).expect(404);
  await giveBack(bought, await system.user('organizer')).expect(403);
  await request(system.app).post(`/api/orders/${bought.id}/refund`).expect(401);
  expect(await givenBack(bought.id)).toBe(0);
});

test('returning twice, or the same seat at the same time, gives nothing back twice', async () => {
  const bought = await buy(2, { untilMs: hour, keepPercent: 50 });
  const { buyer, id, first } = bought;
  const answers = await Promise.all([1, 2, 3].map(() => giveBack(bought, buyer, { seats: [first] })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  expect(await givenBack(id)).toBe(2250);
});

describe('the time for returns', () => {
  const post = async (body: object) =>
    request(system.app)
      .post(`/api/events/${await createEvent(system, system.organizer)}/drops`)
      .set(system.organizer.bearer)
      .send(body);
  const patch = (id: number, body: object) =>
    request(system.app).patch(`/api/drops/${id}`).set(system.organizer.bearer).send(body);

  test('is set with a new drop, changed and taken away until it opens, and fixed then', async () => {
    const returns = { until: inSeconds(80_000), keepPercent: 15 };
    const { body, status } = await post(dropBody({ returns }));
    expect(status).toBe(201);
    const { id } = body as { id: number };
    expect(body).toMatchObject({ returns });
    expect((await patch(id, { returns: { ...returns, keepPercent: 20 } }).expect(200)).body).toMatchObject({
      returns: { keepPercent: 20 },
    });
    expect((await patch(id, { returns: null }).expect(200)).body).not.toHaveProperty('returns');
    await patch(id, { returns }).expect(200);
    await system
      .db('drops')
      .where({ id })
      .update({ opens_at: new Date(Date.now() - 1) });
    expect((await patch(id, { returns: null }).expect(409)).body).toMatchObject({
      code: 'drop_already_open',
    });
    const shown = await request(system.app).get(`/api/drops/${id}`).expect(200);
    expect(shown.body).toMatchObject({ returns });
  });

  test.each([
    { until: '2020-01-01T00:00:00Z', keepPercent: 0 },
    { until: inSeconds(80_000), keepPercent: 101 },
    { until: inSeconds(80_000), keepPercent: -1 },
    { until: inSeconds(80_000), keepPercent: 0.5 },
    { until: 'soon', keepPercent: 0 },
    { until: inSeconds(80_000) },
    { keepPercent: 0 },
    { until: inSeconds(80_000), keepPercent: 0, fee: 1 },
    true,
  ])('cannot be %j', async (returns) => {
    const { status, body } = await post({ ...dropBody(), returns });
    expect([status, body]).toMatchObject([422, { code: 'invalid_request' }]);
  });

  test('cannot be before the opening, whichever of the two is moved', async () => {
    const { body } = await post(dropBody({ returns: { until: inSeconds(5000), keepPercent: 0 } }));
    const { id } = body as { id: number };
    for (const change of [
      { opensAt: inSeconds(6000) },
      { returns: { until: inSeconds(100), keepPercent: 0 } },
    ])
      expect((await patch(id, change).expect(422)).body).toMatchObject({
        errors: [{ pointer: '/returns/until', code: 'returns_before_opening' }],
      });
  });
});
