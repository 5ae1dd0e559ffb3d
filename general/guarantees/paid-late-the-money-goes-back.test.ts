/**
 * At a provider that cannot cancel (PayU), a payment ends by a bound of ours. If it succeeds later, the money goes back.
 * This holds if another buyer has the seats, and if no webhook comes.
 */
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import request from 'supertest';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createPaymentMetrics } from '../checkout/payment-metrics.ts';
import { createAskingAgain } from '../duties/ask-again.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { createRefunding } from '../orders/refund-duty.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'payu' });
}, 120_000);
afterAll(() => system.stop());

const minute = 60_000;

/** The time to pay is over: the reconciler ends what can be ended. */
const endAll = () => reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });

/** Runs the duty with a clock that is `laterMs` milliseconds ahead. */
const askAgain = (laterMs: number, deps = system.deps) =>
  createAskingAgain(deps, { everyMs: 0, now: () => Date.now() + laterMs })();

const attemptsOf = (holdId: string) =>
  system.db('payment_attempts').where({ hold_id: holdId }).orderBy('attempt') as unknown as Promise<
    { attempt: number; status: string; ask_at: Date | null; pay_by: Date }[]
  >;

type Going = { drop: Drop; buyer: TestUser; place: Place; hold: NewHold };

async function held(): Promise<Going> {
  const drop = await system.openDrop();
  const buyer = await system.user();
  return { drop, buyer, ...(await system.hold(drop, buyer)) };
}

/** Posts the form of the payment to PayU, as the buyer's browser does. */
async function goes({ place, hold }: Pick<Going, 'place' | 'hold'>): Promise<string> {
  const open = await payHold(system.deps, place, hold, {});
  if (open.kind !== 'open' || open.action.provider !== 'payu') throw new Error(`${open.kind}, not open`);
  expect(system.payu!.post(open.action.fields)).toBeUndefined();
  return open.action.fields['txnid']!;
}

/** A payment whose form is at PayU, that has ended here without money. */
async function ended(): Promise<Going & { txnid: string }> {
  const going = await held();
  const txnid = await goes(going);
  system.payu!.book.choose(txnid, 'decline');
  await endAll();
  expect(await attemptsOf(going.hold.holdId)).toMatchObject([{ status: 'declined' }]);
  // PayU may change its mind (a bank that answers late).
  Object.assign(
    system.payu!.book.transactions.find((each) => each.txnid === txnid)!,
    {
      status: 'success',
      unmappedstatus: 'captured',
    },
  );
  return { ...going, txnid };
}

const webhook = (txnid: string) =>
  request(system.app)
    .post('/api/payments/webhook')
    .type('form')
    .send(system.payu!.book.posted(txnid))
    .expect(204);

const givenBack = [{ approved: true, refunds: 1, amount: 4500, givenBack: 4500 }];

describe.each([
  ['the duty', () => askAgain(60 * minute)],
  ['a webhook', webhook],
] as const)('found by %s, it is refunded', (_, find) => {
  test('without an order, once, and the buyer keeps the hold', async () => {
    const { drop, buyer, place, hold, txnid } = await ended();
    for (let time = 0; time < 2; time += 1) await find(txnid);
    expect(await system.chargesOf(hold.holdId)).toEqual(givenBack);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'refunded' }]);
    expect(await system.db('orders').where({ id: hold.holdId })).toEqual([]);
    expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'held' });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 1, paying: 0, sold: 0 });
  });

  test('and the payment that the buyer has begun since goes on', async () => {
    const { drop, buyer, place, hold, txnid } = await ended();
    const second = await goes({ place, hold });
    await find(txnid);
    expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'paying' });
    system.payu!.book.choose(second, 'approve');
    expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'paid' });
    await find(txnid);
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 0, paying: 0, sold: 1 });
    expect(await system.chargesOf(hold.holdId)).toEqual([
      ...givenBack,
      { ...givenBack[0], refunds: 0, givenBack: 0 },
    ]);
  });

  test('and the order that the buyer has paid since stays', async () => {
    const { drop, buyer, place, hold, txnid } = await ended();
    system.payu!.book.choose(await goes({ place, hold }), 'approve');
    expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'paid' });
    await find(txnid);
    expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'sold' });
    expect(await system.db('orders').where({ id: hold.holdId })).toMatchObject([
      { status: 'paid', attempt: 2 },
    ]);
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, free: 3 });
    expect(await system.chargesOf(hold.holdId)).toEqual([
      ...givenBack,
      { ...givenBack[0], refunds: 0, givenBack: 0 },
    ]);
  });

  test('and the buyer who has the seats now keeps them', async () => {
    const { drop, buyer, place, hold, txnid } = await ended();
    await system.inventory.leave(place, buyer.userId);
    const other = await system.user();
    await system.hold(drop, other, 4);
    await find(txnid);
    expect(await system.chargesOf(hold.holdId)).toEqual(givenBack);
    expect(await system.inventory.view(place, other.userId)).toMatchObject({ kind: 'held' });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 4, free: 0, paying: 0 });
  });
});

test('the buyer pays in two tabs: one order, and the other payment goes back', async () => {
  const going = await held();
  const [first, second] = [await goes(going), await goes(going)];
  system.payu!.book.choose(second, 'approve');
  expect(await payHold(system.deps, going.place, going.hold, {})).toMatchObject({ kind: 'paid' });
  system.payu!.book.choose(first, 'approve');
  for (const ask of [webhook(first), askAgain(60 * minute)]) await ask;
  expect(await system.chargesOf(going.hold.holdId)).toEqual([
    ...givenBack,
    { ...givenBack[0], refunds: 0, givenBack: 0 },
  ]);
  expect(await system.db('orders').where({ id: going.hold.holdId })).toMatchObject([{ status: 'paid' }]);
});

test('each ended payment is asked about three times within a day, and not before its bound', async () => {
  const going = await held();
  system.payu!.book.choose(await goes(going), 'decline');
  await endAll();
  const asked = async () => system.payu!.asked.filter(({ command }) => command === 'verify_payment').length;
  const { holdId } = going.hold;
  const { pay_by: payBy, ask_at: first } = (await attemptsOf(holdId))[0]!;
  expect(first!.getTime() - payBy.getTime()).toBe(20 * minute);
  const before = await asked();
  const untilMs = payBy.getTime() - Date.now();
  await system.db('payment_attempts').whereNot({ hold_id: holdId }).update({ ask_at: null });
  await askAgain(untilMs + 19 * minute);
  expect((await asked()) - before).toBe(0);
  for (const [index, minutes] of [21, 22, 181, 182, 1441, 1442, 100_000].entries()) {
    await askAgain(untilMs + minutes * minute);
    expect((await asked()) - before).toBe([1, 1, 2, 2, 3, 3, 3][index]);
  }
  expect(await attemptsOf(holdId)).toMatchObject([{ ask_at: null }]);
});

test('PayU does not answer the duty: it asks again', async () => {
  const { hold } = await ended();
  system.payu!.accident('verify_payment', 'answer_lost');
  const round = createAskingAgain(system.deps, { everyMs: 0, now: () => Date.now() + 60 * minute });
  await round();
  expect(await system.chargesOf(hold.holdId)).toMatchObject([{ refunds: 0 }]);
  await round();
  expect(await system.chargesOf(hold.holdId)).toEqual(givenBack);
});

test('a payment that a bank has not decided is overdue once its bound is over, not before', async () => {
  const registry = createMetrics('general');
  const metrics = createPaymentMetrics(registry, system.deps.payments.late!.boundMs);
  const going = await held();
  system.payu!.book.choose(await goes(going), 'pay');
  const overdueFor = async (minutes: number) => {
    const pay_by = new Date(Date.now() - minutes * minute);
    await system.db('payment_attempts').where({ hold_id: going.hold.holdId }).update({ pay_by });
    await metrics.look(system.db);
    const text = await registry.metrics();
    return Number(/^seatdrop_payment_longest_overdue_seconds\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
  };
  expect(await overdueFor(14)).toBe(0);
  expect(await overdueFor(17)).toBeGreaterThanOrEqual(120);
  await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: Date.now });
  expect(await attemptsOf(going.hold.holdId)).toMatchObject([{ status: 'declined' }]);
});

describe('the process that finds it is killed', () => {
  test.each([
    ['before the refund', 'before'],
    ['after the refund, before MySQL has it', 'after'],
  ] as const)('%s: it is refunded once', async (_, when) => {
    const { hold, place, buyer } = await ended();
    let kill: () => void = () => {};
    const killed = new Promise<void>((resolve) => (kill = resolve));
    const payments: typeof system.deps.payments = {
      ...system.deps.payments,
      refund: async (charge) => {
        if (when === 'after') await system.deps.payments.refund(charge);
        kill();
        return new Promise<never>(() => {});
      },
    };
    void askAgain(60 * minute, { ...system.deps, payments });
    await killed;
    for (let round = 0; round < 2; round += 1) {
      await createRefunding(system.deps)();
      await askAgain(60 * minute);
    }
    expect(await system.chargesOf(hold.holdId)).toEqual(givenBack);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'refunded' }]);
    expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'held' });
  });
});
