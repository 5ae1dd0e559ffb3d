import request from 'supertest';
import { payHold } from '../checkout/pay-hold.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { Intent } from '../../testing/general/start-stripe.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe' });
}, 120_000);
afterAll(() => system.stop());

const webhook = (type: string, intent: Intent, facts?: { at: number }) =>
  sendStripeWebhook(system, type, intent, facts);

async function held(quantity = 1) {
  const drop = await system.openDrop();
  const buyer = await system.user();
  return { drop, buyer, ...(await system.hold(drop, buyer, quantity)) };
}
const intentsOf = (holdId: string) => system.stripe!.of(holdId);
const ordersOf = (holdId: string) => system.db('orders').where({ id: holdId });

test('the good news may come before checkout has its answer, and again after it: one order', async () => {
  const { drop, place, hold } = await held(2);
  const payments: typeof system.deps.payments = {
    ...system.deps.payments,
    confirm: async (charge) => {
      const result = await system.deps.payments.confirm(charge);
      await webhook('payment_intent.succeeded', intentsOf(hold.holdId)[0]!).expect(204);
      return result;
    },
  };
  expect(await payHold({ ...system.deps, payments }, place, hold, { token: 'pm_card_visa' })).toMatchObject({
    kind: 'paid',
  });
  for (const _ of [1, 2]) await webhook('payment_intent.succeeded', intentsOf(hold.holdId)[0]!).expect(204);

  expect(await ordersOf(hold.holdId)).toMatchObject([{ status: 'paid' }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, paying: 0, free: 2 });
  const mails: { payload: unknown }[] = await system.db('outbox').where({ topic: 'order-paid' });
  expect(mails.filter(({ payload }) => JSON.stringify(payload).includes(hold.holdId))).toHaveLength(1);
});

test('bad news of a first card, told after a second one was charged, changes nothing', async () => {
  const { drop, place, hold } = await held();
  expect(await payHold(system.deps, place, hold, { token: 'pm_card_chargeDeclined' })).toMatchObject({
    kind: 'open',
    declined: 'generic_decline',
  });
  expect(await payHold(system.deps, place, hold, { token: 'pm_card_visa' })).toMatchObject({ kind: 'paid' });
  const [paid] = intentsOf(hold.holdId);
  // Out of order, and with false contents, which do not count: Stripe is asked.
  await webhook('payment_intent.succeeded', paid!).expect(204);
  await webhook('payment_intent.payment_failed', paid!).expect(204);
  await webhook('payment_intent.canceled', paid!).expect(204);

  expect(await ordersOf(hold.holdId)).toMatchObject([{ status: 'paid', attempt: 1 }]);
  expect(await system.chargesOf(hold.holdId)).toMatchObject([{ approved: true, refunds: 0 }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, paying: 0 });
});

test('the buyer answers the bank and closes the page: the webhook makes the order', async () => {
  const { drop, place, hold } = await held();
  const asked = await payHold(system.deps, place, hold, { token: 'pm_card_authenticationRequired' });
  expect(asked).toMatchObject({ kind: 'open', action: { step: 'challenge' } });
  const [intent] = intentsOf(hold.holdId);
  await webhook('payment_intent.requires_action', intent!).expect(204);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 1, sold: 0 });
  await system.stripe!.answerChallenge(intent!.client_secret, true);
  await webhook('payment_intent.succeeded', intent!).expect(204);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 0, sold: 1 });
});

test('a bank that thinks for longer than the buyer waits: the webhook makes the order', async () => {
  const { drop, place, hold } = await held();
  expect(await payHold(system.deps, place, hold, { token: 'pm_slow' })).toEqual({ kind: 'undecided' });
  await webhook('payment_intent.processing', intentsOf(hold.holdId)[0]!).expect(204);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 1, sold: 0 });
  intentsOf(hold.holdId)[0]!.status = 'succeeded';
  await webhook('payment_intent.succeeded', intentsOf(hold.holdId)[0]!).expect(204);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 0, sold: 1 });
});

test('late good news of an order that was refunded sells nothing again', async () => {
  const { drop, place, hold } = await held();
  await payHold(system.deps, place, hold, { token: 'pm_card_visa' });
  await request(system.app)
    .post(`/api/orders/${hold.holdId}/refund`)
    .set(system.organizer.bearer)
    .expect(200);
  await webhook('payment_intent.succeeded', intentsOf(hold.holdId)[0]!).expect(204);
  expect(await ordersOf(hold.holdId)).toMatchObject([{ status: 'refunded' }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });
  expect(await system.chargesOf(hold.holdId)).toMatchObject([{ approved: true, refunds: 1 }]);
});

test('what is not signed, signed long ago, or about nothing of ours changes nothing', async () => {
  const { drop, place, hold } = await held();
  expect(await payHold(system.deps, place, hold, { token: 'pm_slow' })).toEqual({ kind: 'undecided' });
  const [intent] = intentsOf(hold.holdId);
  intent!.status = 'succeeded';
  const unsigned = await webhook('payment_intent.succeeded', intent!)
    .set('stripe-signature', 't=1,v1=00')
    .expect(401);
  expect(unsigned.body).toMatchObject({ code: 'invalid_signature' });
  await webhook('payment_intent.succeeded', intent!, { at: Date.now() - 600_000 }).expect(401);
  const stranger = { ...intent!, metadata: { charge_key: 'zzzzzzzzzzzzzz-0.1' } };
  await webhook('payment_intent.succeeded', stranger).expect(204);
  await webhook('payout.paid', { ...intent!, metadata: {} }).expect(204);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 1, sold: 0 });
});
