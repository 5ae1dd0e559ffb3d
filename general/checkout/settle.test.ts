import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertAttempts } from './payment-attempt.ts';
import { payHold } from './pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

test('an attempt that was refunded, and that Redis has begun again, does not stay in payment', async () => {
  const drop = await system.openDrop(2);
  const buyer = await system.user('shopper');
  const { place, hold } = await system.hold(drop, buyer, 2);
  const begun = await system.inventory.beginPayment(place, hold, 'payer');
  if (begun.kind !== 'paying') throw new Error(begun.kind);
  const { holdId, buyerId, seats } = hold;
  const facts = { provider: 'sandbox', amount: 1, currency: 'EUR', status: 'refunded' as const, payBy: 0 };
  await insertAttempts(system.db, [{ holdId, attempt: begun.attempt, place, buyerId, seats, ...facts }]);

  await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
  expect((await system.inventory.view(place, buyer.userId)).kind).toBe('held');
  // Now it can be paid, by a new attempt.
  await expect(payHold(system.deps, place, hold, { token: 'tok_approved' })).resolves.toMatchObject({
    kind: 'paid',
  });
});
