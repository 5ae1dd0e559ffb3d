import request from 'supertest';
import { payHold } from '../checkout/pay-hold.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';
import type { TestUser } from '../../testing/general/start-general.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe' });
}, 120_000);
afterAll(() => system.stop());

const show = (id: string, by: TestUser) =>
  request(system.app).get(`/api/orders/${id}/payments`).set(by.bearer);

async function paid(buyer: TestUser) {
  const { place, hold } = await system.hold(await system.openDrop(), buyer);
  await payHold(system.deps, place, hold, { token: 'pm_card_chargeDeclined' });
  await payHold(system.deps, place, hold, { token: 'pm_card_visa' });
  return { id: hold.holdId, intent: system.stripe!.of(hold.holdId)[0]! };
}

test('the record of an order names its payment, each declined card, outside refunds and disputes', async () => {
  const { id, intent } = await paid(await system.user());
  const refund = system.stripe!.refundOutside(intent, 700);
  const dispute = system.stripe!.dispute(intent);
  await sendStripeWebhook(system, 'charge.refunded', { payment_intent: intent.id }).expect(204);
  await sendStripeWebhook(system, 'charge.dispute.created', dispute).expect(204);

  const time = expect.any(String) as string;
  const { body } = await show(id, system.organizer).expect(200);
  expect(body).toMatchObject({ order: { id, eventTitle: 'A Night of Strings', status: 'paid' } });
  expect(body).toMatchObject({
    attempts: [
      {
        number: 1,
        provider: 'stripe',
        ref: intent.id,
        amount: { amount: 4500, currency: 'EUR' },
        status: 'approved',
        card: 'd_visa',
        begunAt: time,
        confirmedAt: time,
        endedAt: time,
      },
    ],
    events: [{ attempt: 1, kind: 'declined', reason: 'generic_decline', card: 'clined', at: time }],
    outsideRefunds: [
      { ref: refund.id, amount: { amount: 700, currency: 'EUR' }, status: 'made', madeAt: time },
    ],
    disputes: [
      {
        ref: dispute.id,
        amount: { amount: 4500, currency: 'EUR' },
        reason: 'fraudulent',
        status: 'needs_response',
        respondBy: time,
        openedAt: time,
        updatedAt: time,
      },
    ],
  });
  // Neither the whole fingerprint nor the id of the request that began it.
  expect(JSON.stringify(body)).not.toContain('fingerprint_of');
});

test('it is for the organizer of the drop and admins', async () => {
  const buyer = await system.user();
  const { id } = await paid(buyer);
  const statusFor = async (order: string, by: TestUser) => (await show(order, by)).status;
  expect(await statusFor(id, await system.user('admin'))).toBe(200);
  expect(await statusFor(id, buyer)).toBe(403);
  expect(await statusFor(id, await system.user('organizer'))).toBe(403);
  expect((await request(system.app).get(`/api/orders/${id}/payments`)).status).toBe(401);
  expect(await statusFor('aaaaaaaaaaaaaa-0', system.organizer)).toBe(404);
  expect(await statusFor('nonsense', system.organizer)).toBe(404);
});
