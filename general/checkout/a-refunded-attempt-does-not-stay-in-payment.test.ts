import { startSale, type TestSale } from '../../testing/general/start-sale.ts';
import { insertAttempts } from './payment-attempt.ts';
import { payHold } from './pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

let sale: TestSale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.stop());

test('an attempt that was refunded, and that Redis has begun again, does not stay in payment', async () => {
  const drop = await sale.openDrop(2);
  const buyer = await sale.user('shopper');
  const { place, hold } = await sale.hold(drop, buyer, 2);
  const begun = await sale.inventory.beginPayment(place, hold, 'payer');
  if (begun.kind !== 'paying') throw new Error(begun.kind);
  const { holdId, buyerId, seats } = hold;
  const facts = { provider: 'sandbox', amount: 1, currency: 'EUR', status: 'refunded' as const };
  await insertAttempts(sale.db, [{ holdId, attempt: begun.attempt, place, buyerId, seats, ...facts }]);

  await reconcilePayments(sale.deps, { everyMs: 0, abandonedAfterMs: 0, giveUpAfterMs: 0 });
  expect((await sale.inventory.view(place, buyer.userId)).kind).toBe('held');
  // It can be paid now, by an attempt of its own.
  await expect(payHold(sale.deps, place, hold, 'tok_approved')).resolves.toMatchObject({ kind: 'paid' });
});
