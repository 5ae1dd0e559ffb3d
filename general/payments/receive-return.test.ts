/** What PayU posts, as a webhook and by the buyer's browser, through the whole application. */
import request from 'supertest';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createEvent, dropBody } from '../../testing/general/new-drop.ts';
import type { PayuChoice } from '../../testing/general/payu-book.ts';
import type { TestUser } from '../../testing/general/start-general.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'payu' });
}, 120_000);
afterAll(() => system.stop());

const checkOut = (buyer: TestUser, checkoutToken: string) =>
  request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken, total: { amount: 4500, currency: 'INR' } });

async function atPayu(choice?: PayuChoice) {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);
  const goes = async (next?: PayuChoice) => {
    const { body } = await checkOut(buyer, token).expect(200);
    const { fields } = (body as { payment: { fields: Record<string, string> } }).payment;
    expect(system.payu!.post(fields)).toBeUndefined();
    if (next) system.payu!.book.choose(fields['txnid']!, next);
    return fields['txnid']!;
  };
  return { drop, buyer, hold, token, goes, txnid: await goes(choice) };
}

type Form = Record<string, string> | string;

/** As a browser that PayU's page sends back: from another site, and without our cookie. */
const returns = (form: Form) =>
  request(system.app)
    .post('/api/payments/return')
    .type('form')
    .set({ origin: 'https://secure.payu.in', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })
    .send(form);
const webhook = (form: Form) => request(system.app).post('/api/payments/webhook').type('form').send(form);

const attemptsOf = (holdId: string) =>
  system.db('payment_attempts').where({ hold_id: holdId }) as unknown as Promise<{ status: string }[]>;
const orders = (holdId: string) => system.db('orders').where({ id: holdId });

test('paid, the buyer returns to the sale, which has the order', async () => {
  const { drop, hold, txnid } = await atPayu('approve');
  const answer = await returns(system.payu!.book.posted(txnid)).expect(303);
  expect(answer.headers['location']).toBe(`/drops/${drop.id}`);
  expect(answer.headers).not.toHaveProperty('set-cookie');
  expect(await orders(hold.holdId)).toMatchObject([{ status: 'paid', amount: 4500, currency: 'INR' }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, paying: 0 });
});

test.each(['decline', 'cancel'] as const)(
  'not paid (%s), the buyer returns to the pay page and can try again',
  async (choice) => {
    const { drop, buyer, hold, token, txnid, goes } = await atPayu(choice);
    const answer = await returns(system.payu!.book.posted(txnid)).expect(303);
    expect(answer.headers['location']).toBe(`/drops/${drop.id}/pay`);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'pending' }]);
    expect((await checkOut(buyer, token).expect(200)).body).toMatchObject({
      declined: expect.any(String) as string,
    });
    await goes('approve');
    await checkOut(buyer, token).expect(201);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'approved' }]);
  },
);

test('the buyer pays and closes the browser: the webhook makes the order', async () => {
  const { drop, hold, txnid } = await atPayu('approve');
  await webhook(system.payu!.book.posted(txnid)).expect(204);
  expect(await orders(hold.holdId)).toMatchObject([{ status: 'paid' }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, paying: 0 });
});

test('return and webhooks, at once, twice and out of order, make one order and no refund', async () => {
  const { hold, txnid, goes } = await atPayu('decline');
  const declined = system.payu!.book.posted(txnid);
  const second = await goes('approve');
  const approved = system.payu!.book.posted(second);
  await Promise.all([returns(approved), webhook(approved), webhook(declined), returns(approved)]);
  await webhook(approved).expect(204);
  await webhook(declined).expect(204);
  await returns(declined).expect(303);
  expect(await orders(hold.holdId)).toHaveLength(1);
  expect(await system.chargesOf(hold.holdId)).toMatchObject([
    { approved: false, refunds: 0, amount: 4500 },
    { approved: true, refunds: 0, amount: 4500 },
  ]);
});

describe('changes nothing:', () => {
  test('a success that PayU has not signed, and one that is not true at PayU', async () => {
    const { drop, hold, txnid } = await atPayu('decline');
    const failed = system.payu!.book.posted(txnid);
    for (const changes of [
      { status: 'success' },
      { amount: '1.00' },
      { txnid: `x${txnid}` },
      { hash: 'f'.repeat(128) },
    ]) {
      for (const send of [returns, webhook])
        expect((await send({ ...failed, ...changes }).expect(401)).body).toMatchObject({
          code: 'invalid_signature',
        });
    }
    // Signed, but only what PayU says when it is asked counts.
    await webhook(system.payu!.book.posted(txnid, { status: 'success' })).expect(204);
    expect(await orders(hold.holdId)).toEqual([]);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'pending' }]);
    expect(await system.inventory.counts(drop)).toMatchObject({ paying: 1, sold: 0 });
  });

  test('a transaction that is none of ours', async () => {
    const { txnid } = await atPayu('approve');
    for (const unknown of ['T2603041446091822117', 'zzzzzzzzzzzzzz000011']) {
      const form = system.payu!.book.posted(txnid, { txnid: unknown });
      await webhook(form).expect(204);
      expect((await returns(form).expect(303)).headers['location']).toBe('/');
    }
  });

  test('what PayU reports of refunds and disputes, since it does not sign that', async () => {
    const { hold, txnid } = await atPayu('approve');
    await webhook(system.payu!.book.posted(txnid)).expect(204);
    const { mihpayid, key } = system.payu!.book.posted(txnid);
    const refund = {
      action: 'refund',
      status: 'failure',
      key,
      mihpayid,
      merchantTxnId: txnid,
      request_id: '7',
    };
    const dispute = { type: 'payments', event: 'dispute', cb_id: 7, txn_id: mihpayid, cb_amount: '45.0' };
    for (const report of [refund, dispute]) {
      await request(system.app).post('/api/payments/webhook').send(report).expect(401);
      const form = Object.fromEntries(Object.entries(report).map(([name, value]) => [name, String(value)]));
      await webhook(form).expect(401);
    }
    for (const table of ['disputes', 'outside_refunds', 'payment_events'])
      expect(await system.db(table).where({ hold_id: hold.holdId })).toEqual([]);
    expect(await orders(hold.holdId)).toMatchObject([{ status: 'paid' }]);
  });

  test('what is no form of PayU', async () => {
    const statuses = [];
    for (const form of ['', 'a=1&a=2', `a=${'x'.repeat(20_000)}`])
      statuses.push((await returns(form)).status);
    expect(statuses).toEqual([422, 401, 413]);
    for (const path of ['/api/payments/return', '/api/payments/webhook']) {
      const text = await request(system.app).post(path).type('text/plain').send('status=success');
      const json = await request(system.app).post(path).send({ status: 'success' });
      expect([text.status, json.status]).toEqual([415, 401]);
    }
  });

  test('PayU does not answer as the buyer returns: the buyer is at the pay page, which asks again', async () => {
    const { drop, hold, txnid, buyer, token } = await atPayu('approve');
    system.payu!.accident('verify_payment', 'answer_lost');
    const answer = await returns(system.payu!.book.posted(txnid)).expect(303);
    expect(answer.headers['location']).toBe(`/drops/${drop.id}/pay`);
    expect(await orders(hold.holdId)).toEqual([]);
    await checkOut(buyer, token).expect(201);
  });
});

test('a price in another currency, or below a rupee, is refused when it is set', async () => {
  const eventId = await createEvent(system, system.organizer);
  const faultsOf = async (price: { amount: number; currency: string }) => {
    const answer = await request(system.app)
      .post(`/api/events/${eventId}/drops`)
      .set(system.organizer.bearer)
      .send(dropBody({ price }));
    return (answer.body as { errors?: { pointer: string; code: string }[] }).errors;
  };
  expect(await faultsOf({ amount: 4500, currency: 'EUR' })).toMatchObject([
    { pointer: '/price/currency', code: 'currency_not_charged' },
  ]);
  expect(await faultsOf({ amount: 99, currency: 'INR' })).toMatchObject([
    { pointer: '/price/amount', code: 'charge_too_small' },
  ]);
  expect(await faultsOf({ amount: 100, currency: 'INR' })).toBeUndefined();
});

test('a token of a card is unknown, and begins nothing', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);
  const refused = await request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken: token, payment: { token: 'tok_approved' } })
    .expect(422);
  expect(refused.body).toMatchObject({ code: 'unknown_payment_token' });
  expect(await attemptsOf(hold.holdId)).toEqual([]);
});

test('where PayU is not the provider, no form is taken and nobody returns', async () => {
  const other = await startGeneralSystem();
  try {
    const post = async (path: string, type: string, body: string | object) =>
      (await request(other.app).post(`/api/payments/${path}`).type(type).send(body)).status;
    expect(await post('webhook', 'form', 'a=1')).toBe(415);
    expect(await post('return', 'form', 'a=1')).toBe(415);
    expect(await post('return', 'json', {})).toBe(401);
  } finally {
    await other.stop();
  }
});
