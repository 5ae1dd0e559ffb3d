import { API_KEY, WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { insertAttempts } from '../checkout/payment-attempt.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { resolveAttempt } from '../checkout/settle.ts';
import { endDrop } from '../duties/end-drops.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { createSandboxPayments } from '../payments/sandbox.ts';
import { chargeKey } from '../payments/provider.ts';
import type { Deps } from '../deps.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { advanceRefund } from './refund.ts';
import { requestRefunds } from './request-refund.ts';

let system: GeneralSystem;
/** Dependencies with which refunds do not reach the provider, so that their results are unknown. */
let cut: Deps;
beforeAll(async () => {
  system = await startGeneralSystem();
  const { log, payments } = system.deps;
  const secrets = { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET };
  const away = createSandboxPayments({ url: 'http://127.0.0.1:1', ...secrets, log });
  cut = { ...system.deps, payments: { ...payments, refund: away.refund } };
});
afterAll(() => system.stop());

const statusOf = async (table: 'orders' | 'payment_attempts', key: object) =>
  (await system.db<{ status: string }>(table).where(key).first())?.status;

async function held() {
  const drop = await system.openDrop(2);
  const buyer = await system.user();
  return { drop, buyer, ...(await system.hold(drop, buyer, 1)) };
}

test('an order whose refund is undecided stays to be refunded, and its seat stays sold', async () => {
  const { drop, place, hold } = await held();
  await payHold(system.deps, place, hold, { token: system.cards.approved });
  const id = hold.holdId;
  await requestRefunds(system.db, { id });
  expect(await advanceRefund(cut, id)).toBe('later');
  expect(await statusOf('orders', { id })).toBe('refund_due');
  expect(await statusOf('payment_attempts', { hold_id: id })).toBe('approved');
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1 });
  expect(await system.db('sold_seats').where({ order_id: id })).toHaveLength(1);

  await advanceRefund(system.deps, id);
  expect(await statusOf('orders', { id })).toBe('refunded');
  expect(await statusOf('payment_attempts', { hold_id: id })).toBe('refunded');
  expect(await system.chargesOf(id)).toMatchObject([{ refunds: 1 }]);
});

test('a charge without seats whose refund is undecided stays to be refunded', async () => {
  const { place, hold } = await held();
  const { holdId, buyerId, seats } = hold;
  const charge = { key: chargeKey(holdId, 1), amount: 100, currency: 'EUR', token: system.cards.approved };
  await system.deps.payments.confirm({ ...charge, remember: () => Promise.resolve(true) });
  const facts = {
    provider: 'sandbox',
    amount: 100,
    currency: 'EUR',
    status: 'refund_due' as const,
    payBy: 0,
  };
  const attempt = { holdId, attempt: 1, place, buyerId, seats, ...facts };
  await insertAttempts(system.db, [attempt]);
  await resolveAttempt(cut, attempt);
  expect(await statusOf('payment_attempts', { hold_id: holdId })).toBe('refund_due');

  await resolveAttempt(system.deps, attempt);
  expect(await statusOf('payment_attempts', { hold_id: holdId })).toBe('refunded');
  expect(await system.chargesOf(holdId)).toMatchObject([{ refunds: 1 }]);
});

test('an order that comes while a cancelled drop is being ended is refunded, too', async () => {
  const { drop, place, hold } = await held();
  await payHold(system.deps, place, hold, { token: system.cards.approved });
  await system.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  const cancelled = (await loadDrop(system.db, drop.id))!;
  const { inventory } = system.deps;
  const deps: Deps = {
    ...system.deps,
    inventory: {
      ...inventory,
      async counts(of) {
        // A process of the previous version placed it after the refunds were requested.
        await system.db('orders').where({ id: hold.holdId }).update({ status: 'paid' });
        return inventory.counts(of);
      },
      async end(of) {
        await system.db('orders').where({ id: hold.holdId }).update({ status: 'paid' });
        return inventory.end(of);
      },
    },
  };
  await endDrop(deps, cancelled);
  expect(await statusOf('orders', { id: hold.holdId })).toBe('refund_due');
});
