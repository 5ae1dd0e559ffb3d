import request from 'supertest';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { signature } from '../../local/sandbox-payments/webhooks.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

const pay = (buyer: TestUser, checkoutToken: string, token: string) =>
  request(system.app).post('/api/checkout').set(buyer.bearer).send({ checkoutToken, payment: { token } });

const entryOf = async (buyer: TestUser, dropId: number) =>
  (await request(system.app).get(`/api/drops/${dropId}/entry`).set(buyer.bearer).expect(200)).body as {
    status: string;
    orderId?: string;
  };

const chargesOf = async (holdId: string) =>
  (await system.sandbox.list(`${holdId}.`)).body['charges'] as {
    status: string;
    refunds: number;
    amount: number;
  }[];

const approved = async (holdId: string) =>
  (await chargesOf(holdId)).filter(({ status, refunds }) => status === 'approved' && refunds === 0);

test('an approved card makes one order, with its seats, payment and e-mail', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer, 2);

  const { body } = await pay(buyer, token, 'tok_approved').expect(201);

  expect(body).toMatchObject({ id: hold.holdId, dropId: drop.id, status: 'paid', amount: { amount: 9000 } });
  expect((body as { seats: { id: string }[] }).seats.map(({ id }) => id).toSorted()).toEqual(
    hold.seats.toSorted(),
  );
  expect(await system.db('sold_seats').where({ order_id: hold.holdId })).toHaveLength(2);
  expect(await system.db('payment_attempts').where({ hold_id: hold.holdId })).toMatchObject([
    { status: 'approved' },
  ]);
  const mails: { payload: unknown }[] = await system.db('outbox').where({ topic: 'order-paid' });
  expect(mails.filter(({ payload }) => JSON.stringify(payload).includes(hold.holdId))).toHaveLength(1);
  expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'sold', orderId: hold.holdId });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, paying: 0, free: 2 });
  expect(await chargesOf(hold.holdId)).toMatchObject([{ status: 'approved', amount: 9000 }]);
});

test('a declined card leaves the payment open, and another card can pay it', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);

  const declined = await pay(buyer, token, 'tok_declined').expect(402);
  expect(declined.body).toMatchObject({ code: 'payment_declined', reason: 'card_declined' });
  expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'paying' });

  await pay(buyer, token, 'tok_approved').expect(201);
  expect(await approved(hold.holdId)).toHaveLength(1);
});

test('an unknown card changes nothing', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);

  expect((await pay(buyer, token, 'tok_nonsense').expect(422)).body).toMatchObject({
    code: 'unknown_payment_token',
  });

  expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'held' });
  expect(await approved(hold.holdId)).toHaveLength(0);
});

test('a slow provider is waited for', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);

  await pay(buyer, token, 'tok_slow').expect(201);

  expect(await approved(hold.holdId)).toHaveLength(1);
});

test('a lost answer is asked for: charged once, one order', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);

  await pay(buyer, token, 'tok_lost').expect(201);

  expect(await approved(hold.holdId)).toHaveLength(1);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, paying: 0 });
});

test('the same token again, also ten at once, ends in the same order and one charge', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);

  const answers = await Promise.all(Array.from({ length: 10 }, () => pay(buyer, token, 'tok_slow')));

  const told = answers.map(({ status, body }) => {
    const { id, code } = body as { id?: string; code?: string };
    return status === 201 ? `order ${id}` : status === 202 ? 'paying' : code;
  });
  expect(told).toContain(`order ${hold.holdId}`);
  const harmless = [`order ${hold.holdId}`, 'paying', 'payment_under_way', 'already_paid'];
  expect(told.filter((answer) => !harmless.includes(String(answer)))).toEqual([]);
  expect((await pay(buyer, token, 'tok_approved').expect(409)).body).toMatchObject({
    code: 'already_paid',
    orderId: hold.holdId,
  });
  expect(await approved(hold.holdId)).toHaveLength(1);
});

describe('with a provider slower than checkout waits', () => {
  let slow: GeneralSystem;
  beforeAll(async () => {
    slow = await startGeneralSystem({ timeoutMs: 500, lateMs: 2_000 });
  });
  afterAll(() => slow.stop());

  test('the buyer is told that it is undecided, keeps the seats, and gets the order when it is approved', async () => {
    const drop = await slow.openDrop();
    const buyer = await slow.user();
    const { hold, token } = await slow.hold(drop, buyer);

    const answer = await request(slow.app)
      .post('/api/checkout')
      .set(buyer.bearer)
      .send({ checkoutToken: token, payment: { token: 'tok_late' } })
      .expect(202);
    expect(answer.body).toEqual({ status: 'paying' });
    expect(await slow.inventory.counts(drop)).toMatchObject({ paying: 1, free: 3 });

    // The provider's webhook arrives; it only makes us ask the provider.
    const [webhook] = await slow.sandbox.eventsReceived(1);
    for (let time = 0; time < 2; time += 1) {
      await request(slow.app)
        .post('/api/payments/webhook')
        .set('content-type', 'application/json')
        .set('seatdrop-signature', webhook!.signature)
        .send(webhook!.body)
        .expect(204);
    }
    expect(await slow.inventory.counts(drop)).toMatchObject({ paying: 0, sold: 1 });
    expect(await slow.db('orders').where({ id: hold.holdId })).toHaveLength(1);
  });

  test('a webhook about several charges settles all that can be settled, and is asked for again for the rest', async () => {
    const drop = await slow.openDrop();
    const { find } = slow.deps.payments;
    const asked = jest.spyOn(slow.deps.payments, 'find').mockResolvedValue({ kind: 'undecided' });
    const keys: string[] = [];
    for (const _ of [1, 2, 3]) {
      const buyer = await slow.user();
      const { hold, token } = await slow.hold(drop, buyer);
      await request(slow.app)
        .post('/api/checkout')
        .set(buyer.bearer)
        .send({ checkoutToken: token, payment: { token: 'tok_lost' } })
        .expect(202);
      keys.push(`${hold.holdId}.1`);
    }
    const answer = async () => {
      const body = JSON.stringify({ events: ['nothing-of-ours', ...keys].map((key) => ({ key })) });
      const seconds = Math.floor(Date.now() / 1000);
      const { status } = await request(slow.app)
        .post('/api/payments/webhook')
        .set('content-type', 'application/json')
        .set('seatdrop-signature', signature(WEBHOOK_SECRET, seconds, body))
        .send(body);
      return status;
    };
    asked.mockImplementation((charge) =>
      charge.key === keys[0] ? Promise.reject(new Error('no answer')) : find(charge),
    );
    expect(await answer()).toBe(500);
    asked.mockRestore();
    expect(await slow.inventory.counts(drop)).toMatchObject({ paying: 1, sold: 2 });
    expect(await answer()).toBe(204);
    expect(await slow.inventory.counts(drop)).toMatchObject({ paying: 0, sold: 3 });
  });

  test('what never gets decided is cancelled at the provider, and the seats come back', async () => {
    const drop = await slow.openDrop();
    const buyer = await slow.user();
    const { hold, token } = await slow.hold(drop, buyer);
    await request(slow.app)
      .post('/api/checkout')
      .set(buyer.bearer)
      .send({ checkoutToken: token, payment: { token: 'tok_late' } })
      .expect(202);

    await reconcilePayments(slow.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });

    expect((await slow.sandbox.byKey(`${hold.holdId}.1`)).body).toMatchObject({ status: 'canceled' });
    expect(await slow.db('orders').where({ id: hold.holdId })).toHaveLength(0);
    expect(await slow.inventory.counts(drop)).toMatchObject({ paying: 0, held: 1 });
  });
});
