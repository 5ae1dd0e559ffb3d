import { API_KEY, WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { insertAttempts } from '../checkout/payment-attempt.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { resolveAttempt } from '../checkout/settle.ts';
import { endSale } from '../duties/end-sales.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { createSandboxPayments } from '../payments/sandbox.ts';
import { chargeKey } from '../payments/provider.ts';
import type { Deps } from '../deps.ts';
import { startSale, type TestSale } from '../../testing/general/start-sale.ts';
import { advanceRefund, requestRefunds } from './refund.ts';

let sale: TestSale;
/** The provider cannot be reached for refunds, so what became of one is undecided. */
let cut: Deps;
beforeAll(async () => {
  sale = await startSale();
  const { log, payments } = sale.deps;
  const secrets = { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET };
  const away = createSandboxPayments({ url: 'http://127.0.0.1:1', ...secrets, log });
  cut = { ...sale.deps, payments: { ...payments, refund: away.refund } };
});
afterAll(() => sale.stop());

const statusOf = async (table: 'orders' | 'payment_attempts', key: object) =>
  (await sale.db<{ status: string }>(table).where(key).first())?.status;

async function held() {
  const drop = await sale.openDrop(2);
  const buyer = await sale.user();
  return { drop, buyer, ...(await sale.hold(drop, buyer, 1)) };
}

test('an order whose refund is undecided stays to be refunded, and its seat stays sold', async () => {
  const { drop, place, hold } = await held();
  await payHold(sale.deps, place, hold, sale.cards.approved);
  const id = hold.holdId;
  await requestRefunds(sale.db, { id });
  expect(await advanceRefund(cut, id)).toBe('later');
  expect(await statusOf('orders', { id })).toBe('refund_due');
  expect(await statusOf('payment_attempts', { hold_id: id })).toBe('approved');
  expect(await sale.inventory.counts(drop)).toMatchObject({ sold: 1 });
  expect(await sale.db('sold_seats').where({ order_id: id })).toHaveLength(1);

  await advanceRefund(sale.deps, id);
  expect(await statusOf('orders', { id })).toBe('refunded');
  expect(await statusOf('payment_attempts', { hold_id: id })).toBe('refunded');
  expect(await sale.chargesOf(id)).toMatchObject([{ refunds: 1 }]);
});

test('a charge without seats whose refund is undecided stays to be refunded', async () => {
  const { place, hold } = await held();
  const { holdId, buyerId, seats } = hold;
  const charge = { key: chargeKey(holdId, 1), amount: 100, currency: 'EUR', token: sale.cards.approved };
  await sale.deps.payments.charge({ ...charge, remember: () => Promise.resolve(true) });
  const facts = { provider: 'sandbox', amount: 100, currency: 'EUR', status: 'refund_due' as const };
  const attempt = { holdId, attempt: 1, place, buyerId, seats, ...facts };
  await insertAttempts(sale.db, [attempt]);
  await resolveAttempt(cut, attempt);
  expect(await statusOf('payment_attempts', { hold_id: holdId })).toBe('refund_due');

  await resolveAttempt(sale.deps, attempt);
  expect(await statusOf('payment_attempts', { hold_id: holdId })).toBe('refunded');
  expect(await sale.chargesOf(holdId)).toMatchObject([{ refunds: 1 }]);
});

test('an order that comes while a cancelled drop is being ended is refunded, too', async () => {
  const { drop, place, hold } = await held();
  await payHold(sale.deps, place, hold, sale.cards.approved);
  await sale.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  const cancelled = (await loadDrop(sale.db, drop.id))!;
  const { inventory } = sale.deps;
  const deps: Deps = {
    ...sale.deps,
    inventory: {
      ...inventory,
      async counts(of) {
        // A process of the version before has placed it after the refunds were asked for.
        await sale.db('orders').where({ id: hold.holdId }).update({ status: 'paid' });
        return inventory.counts(of);
      },
      async end(of) {
        await sale.db('orders').where({ id: hold.holdId }).update({ status: 'paid' });
        return inventory.end(of);
      },
    },
  };
  await endSale(deps, cancelled);
  expect(await statusOf('orders', { id: hold.holdId })).toBe('refund_due');
});
