import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';
import { payHold } from './pay-hold.ts';
import type { PaymentEventRow } from './payment-events.ts';

const eventsOf = (system: GeneralSystem, holdId: string) =>
  system.db<PaymentEventRow>('payment_events').where({ hold_id: holdId }).orderBy('created_at');

async function held(system: GeneralSystem) {
  const { place, hold } = await system.hold(await system.openDrop(), await system.user());
  return { holdId: hold.holdId, pay: (token?: string) => payHold(system.deps, place, hold, { token }) };
}

describe('with Stripe', () => {
  let system: GeneralSystem;
  beforeAll(async () => {
    system = await startGeneralSystem({ provider: 'stripe' });
  }, 120_000);
  afterAll(() => system.stop());

  test('each declined card is recorded once, however often Stripe says so, and an accepted one is not', async () => {
    const { holdId, pay } = await held(system);
    await pay();
    expect(await pay(await system.stripe!.confirmationToken('pm_card_chargeDeclined'))).toMatchObject({
      kind: 'open',
      declined: 'generic_decline',
    });
    const first = { kind: 'declined', attempt: 1, reason: 'generic_decline' };
    const card = 'fingerprint_of_pm_card_chargeDeclined';
    // The page asks again, and the webhook comes.
    await pay();
    await sendStripeWebhook(system, 'payment_intent.payment_failed', system.stripe!.of(holdId)[0]!).expect(
      204,
    );
    expect(await eventsOf(system, holdId)).toMatchObject([{ ...first, card }]);

    await pay(await system.stripe!.confirmationToken('pm_card_chargeDeclined'));
    expect(await eventsOf(system, holdId)).toMatchObject([first, first]);
    expect(await pay('pm_card_visa')).toMatchObject({ kind: 'paid' });
    expect(await eventsOf(system, holdId)).toHaveLength(2);
  });

  test('a bank’s question that the buyer refuses is a declined card, also if the page is closed', async () => {
    const { holdId, pay } = await held(system);
    await pay('pm_card_authenticationRequired');
    expect(await eventsOf(system, holdId)).toEqual([]);
    await system.answerChallenge(holdId, false);
    await sendStripeWebhook(system, 'payment_intent.payment_failed', system.stripe!.of(holdId)[0]!).expect(
      204,
    );
    expect(await eventsOf(system, holdId)).toMatchObject([
      {
        reason: 'payment_intent_authentication_failure',
        card: 'fingerprint_of_pm_card_authenticationRequired',
      },
    ]);
  });
});

describe('with the sandbox, which does not say which card it declined', () => {
  let system: GeneralSystem;
  beforeAll(async () => {
    system = await startGeneralSystem();
  });
  afterAll(() => system.stop());

  test('the request that sent the card records it', async () => {
    const { holdId, pay } = await held(system);
    await pay('tok_declined');
    await pay();
    expect(await eventsOf(system, holdId)).toMatchObject([{ kind: 'declined', card: 'tok_declined' }]);
    await pay('tok_approved');
    expect(await eventsOf(system, holdId)).toHaveLength(1);
  });

  test('a first card that is accepted writes nothing', async () => {
    const { holdId, pay } = await held(system);
    expect(await pay('tok_approved')).toMatchObject({ kind: 'paid' });
    expect(await eventsOf(system, holdId)).toEqual([]);
  });
});
