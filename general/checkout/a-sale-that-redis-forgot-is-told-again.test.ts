import { startSale, type TestSale } from '../testing/start-sale.ts';
import { insertAttempt } from './payment-attempt.ts';
import { payHold } from './pay-hold.ts';
import { reconcilePayments } from './reconcile-payments.ts';
import { retellSales } from './retell-sales.ts';

let sale: TestSale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.stop());

test('seats that MySQL has sold are not given away again, and nobody is charged for them', async () => {
  const drop = await sale.openDrop(4);
  const first = await sale.user('shopper');
  const paid = await sale.hold(drop, first, 2);
  await expect(payHold(sale.deps, paid.place, paid.hold, 'tok_approved')).resolves.toEqual({ kind: 'paid' });

  // What a failover to a replica that is far behind leaves: the drop as it was before the sale.
  const { keys } = sale.inventory;
  await Promise.all(keys.all(paid.place).map((key) => sale.redis.del(key)));
  await sale.inventory.stock(drop);
  expect(await sale.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });

  await retellSales(sale.deps, 0);
  expect(await sale.inventory.counts(drop)).toMatchObject({ sold: 2, free: 2 });
  expect(await sale.inventory.view(paid.place, first.userId)).toMatchObject({
    kind: 'sold',
    holdId: paid.hold.holdId,
    seats: paid.hold.seats,
  });
  const next = await sale.hold(drop, await sale.user('shopper'), 2);
  expect(next.hold.seats.filter((seat) => paid.hold.seats.includes(seat))).toEqual([]);

  // Once more changes nothing.
  await retellSales(sale.deps, 0);
  expect(await sale.inventory.counts(drop)).toMatchObject({ sold: 2, held: 2, free: 0 });
});

test('an order of this very moment is left to its checkout', async () => {
  const drop = await sale.openDrop(2);
  const paid = await sale.hold(drop, await sale.user('shopper'), 2);
  await payHold(sale.deps, paid.place, paid.hold, 'tok_approved');
  await Promise.all(sale.inventory.keys.all(paid.place).map((key) => sale.redis.del(key)));
  await sale.inventory.stock(drop);
  await retellSales(sale.deps, 60_000);
  expect(await sale.inventory.counts(drop)).toMatchObject({ sold: 0 });
});

test('an attempt that was refunded, and that Redis has begun again, does not stay in payment', async () => {
  const drop = await sale.openDrop(2);
  const buyer = await sale.user('shopper');
  const { place, hold } = await sale.hold(drop, buyer, 2);
  const begun = await sale.inventory.beginPayment(place, hold, 'payer');
  if (begun.kind !== 'paying') throw new Error(begun.kind);
  const { holdId, buyerId, seats } = hold;
  const facts = { provider: 'sandbox', amount: 1, currency: 'EUR', status: 'refunded' as const };
  await insertAttempt(sale.db, { holdId, attempt: begun.attempt, place, buyerId, seats, ...facts });

  await reconcilePayments(sale.deps, { everyMs: 0, abandonedAfterMs: 0, giveUpAfterMs: 0 });
  expect((await sale.inventory.view(place, buyer.userId)).kind).toBe('held');
  // It can be paid now, by an attempt of its own.
  await expect(payHold(sale.deps, place, hold, 'tok_approved')).resolves.toEqual({ kind: 'paid' });
});
