import request from 'supertest';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop, createEvent, dropBody } from '../../testing/general/new-drop.ts';

let system: GeneralSystem;
let eventId: number;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe' });
  eventId = await createEvent(system, system.organizer);
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

const refused = [
  ['no multiple of 10', { amount: 5124, currency: 'KWD' }, 'charge_step', { step: '0.010' }],
  ['a fraction of an ariary', { amount: 5050, currency: 'MGA' }, 'charge_step', { step: '1.00' }],
  ['too little', { amount: 49, currency: 'EUR' }, 'charge_too_small', { lowest: '0.50' }],
  ['too much', { amount: 25_000_000, currency: 'EUR' }, 'charge_too_big', { highest: '999999.99' }],
  ['no currency of Stripe', { amount: 5000, currency: 'CLF' }, 'currency_not_charged', undefined],
] as const;

test.each(refused)(
  'a price that Stripe cannot charge is refused when it is set: %s',
  async (_, price, code, params) => {
    const { db, app, organizer } = system;
    const pointer = code === 'currency_not_charged' ? '/price/currency' : '/price/amount';
    const expected = { code: 'invalid_request', errors: [{ pointer, code, ...(params && { params }) }] };

    const before = await db('drops').count();
    const created = await request(app)
      .post(`/api/events/${eventId}/drops`)
      .set(organizer.bearer)
      .send(dropBody({ price, maxPerBuyer: 4 }));
    expect(created.body).toMatchObject(expected);
    expect(created.status).toBe(422);
    expect(await db('drops').count()).toEqual(before);

    const { id } = await createDrop(system, organizer, { maxPerBuyer: 4 });
    const row = await db('drops').where({ id }).first();
    const edited = await request(app).patch(`/api/drops/${id}`).set(organizer.bearer).send({ price });
    expect(edited.body).toMatchObject(expected);
    expect(await db('drops').where({ id }).first()).toEqual(row);
  },
);

test('more seats a buyer than Stripe can charge at once are refused, other changes are not', async () => {
  const { app, organizer } = system;
  const { id } = await createDrop(system, organizer, {
    maxPerBuyer: 2,
    price: { amount: 40_000_000, currency: 'EUR' },
  });
  const edit = (changes: object) =>
    request(app).patch(`/api/drops/${id}`).set(organizer.bearer).send(changes);
  const answer = await edit({ maxPerBuyer: 3 }).expect(422);
  expect(answer.body).toMatchObject({ errors: [{ pointer: '/price/amount', code: 'charge_too_big' }] });
  await edit({ holdSeconds: 60 }).expect(200);
});

test.each([
  { amount: 5120, currency: 'KWD' },
  { amount: 5, currency: 'ISK' },
  { amount: 1_000_050, currency: 'HUF' },
])('%o can be charged', async (price) => {
  const { id } = await createDrop(system, system.organizer, { price });
  expect(await system.db('drops').where({ id }).first()).toMatchObject({ price_amount: price.amount });
});
