/** A drop whose price is 0 and which has no fees: its orders are settled by the same steps, and no provider is asked. */
import request from 'supertest';
import { checkCharges, createListCharges } from '../../proof/played/charges.ts';
import { checkOrders } from '../../proof/orders.ts';
import { finishReplay, replayDrop } from '../../proof/replay-drop.ts';
import { createReport } from '../../proof/violation.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { API_KEY } from '../../local/sandbox-payments/start-sandbox.ts';
import type { NewDrop } from '../../shared/contract/drops.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { inSeconds } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';
import type { Deps } from '../deps.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { createRefunding } from '../orders/refund-duty.ts';

let system: GeneralSystem;
/** Those of the system, with a provider that fails the test if anything asks it for a payment. */
let deps: Deps;
beforeAll(async () => {
  system = await startGeneralSystem();
  const { payments } = system.deps;
  const askedInVain = (method: string) => () => Promise.reject(new Error(`payments.${method} was asked`));
  const asks = ['cardOf', 'begin', 'confirm', 'find', 'cancel', 'refund'];
  deps = {
    ...system.deps,
    payments: { ...payments, ...Object.fromEntries(asks.map((name) => [name, askedInVain(name)])) },
  };
});
afterAll(() => system.stop());

const nothing = { amount: 0, currency: 'EUR' };

/** Two seats of a drop of four, held and free of charge. */
async function held(terms: Partial<NewDrop> = {}) {
  const drop = await system.openDrop(4, { price: nothing, ...terms });
  const buyer = await system.user();
  return { drop, buyer, ...(await system.hold(drop, buyer, 2)) };
}
type Held = Awaited<ReturnType<typeof held>>;

async function bought(terms?: Partial<NewDrop>) {
  const all = await held(terms);
  expect(await payHold(deps, all.place, all.hold, { total: nothing })).toMatchObject({ kind: 'paid' });
  return { ...all, id: all.hold.holdId };
}

const checkOut = (buyer: TestUser, body: object) =>
  request(system.app).post('/api/checkout').set(buyer.bearer).send(body);
const read = async (path: string, who: TestUser) =>
  (await request(system.app).get(path).set(who.bearer).expect(200)).body as object;
const attempts = (holdId: string): Promise<object[]> =>
  system.db('payment_attempts').where({ hold_id: holdId }).orderBy('attempt');
const mails = async (topic: string, holdId: string) =>
  (await system.db('outbox').where({ topic }).select('payload')).filter(({ payload }) =>
    JSON.stringify(payload).includes(holdId),
  ).length;

async function stateOf({ drop, buyer, hold, place }: Omit<Held, 'token'>) {
  return {
    orders: ((await system.db('orders').where({ id: hold.holdId })) as { status: string }[]).map(
      ({ status }) => status,
    ),
    soldSeats: (await system.db('sold_seats').where({ order_id: hold.holdId })).length,
    hold: (await system.inventory.view(place, buyer.userId)).kind,
    counts: await system.inventory.counts(drop),
    charges: await system.chargesOf(hold.holdId),
  };
}
const sold = {
  orders: ['paid'],
  soldSeats: 2,
  hold: 'sold',
  counts: { sold: 2, paying: 0, free: 2 },
  charges: [],
};
const heldAgain = {
  orders: [],
  soldSeats: 0,
  hold: 'held',
  counts: { held: 2, paying: 0, free: 2 },
  charges: [],
};

/** Expects that MySQL, Redis, the ledger and the provider's books agree. */
async function expectConsistent({ id }: Drop): Promise<void> {
  const drop = (await loadDrop(system.db, id))!;
  const { violations, report } = createReport();
  await verifyDrop(system.deps, drop, report);
  const replays = finishReplay(await replayDrop(system.deps, drop, report), report);
  const orders = await checkOrders(system.db, drop, replays, report);
  const listCharges = createListCharges(system.sandbox.url, API_KEY);
  await checkCharges(system.db, listCharges, id, { replays, orders }, report);
  expect(violations).toEqual([]);
}

const healthy = async () => {
  for (let round = 0; round < 2; round += 1) {
    await reconcilePayments(deps, { everyMs: 0, abandonedAfterMs: 0, now: Date.now });
    await createRefunding(deps)();
  }
};

test('a total of 0 without a payment is an order at once, with tickets and a mail', async () => {
  const all = await held();
  const { drop, buyer, hold, token } = all;
  const { body } = await checkOut(buyer, { checkoutToken: token, total: nothing }).expect(201);

  expect(body).toMatchObject({ id: hold.holdId, status: 'paid', amount: nothing });
  expect(await stateOf(all)).toMatchObject(sold);
  expect(await read(`/api/drops/${drop.id}/entry`, buyer)).toMatchObject({ status: 'sold' });
  expect(await read(`/api/orders/${hold.holdId}`, buyer)).toMatchObject({
    lines: [{ kind: 'seats', amount: nothing }],
    seats: [{ ticket: expect.any(String) }, { ticket: expect.any(String) }],
  });
  expect(await attempts(hold.holdId)).toMatchObject([
    { provider: 'free', amount: 0, currency: 'EUR', status: 'approved', provider_ref: null },
  ]);
  expect(await mails('order-paid', hold.holdId)).toBe(1);
  const listed = await read(`/api/drops/${drop.id}/orders`, system.organizer);
  expect(listed).toMatchObject({ items: [{ payment: { provider: 'free' }, amount: nothing }] });
  await expectConsistent(drop);

  const again = await checkOut(buyer, { checkoutToken: token, total: nothing }).expect(409);
  expect(again.body).toMatchObject({ code: 'already_paid', orderId: hold.holdId });
  expect(await attempts(hold.holdId)).toHaveLength(1);
});

test('a client that does not send the total gets the seats as well', async () => {
  const { buyer, token } = await held();
  const answer = await checkOut(buyer, { checkoutToken: token }).expect(201);
  expect(answer.headers['deprecation']).toBeDefined();
});

test.each<[string, object, object]>([
  [
    'a card',
    { total: nothing, payment: { token: 'tok_approved' } },
    { status: 422, errors: [{ pointer: '/payment', code: 'nothing_to_pay' }] },
  ],
  ['another total', { total: { ...nothing, amount: 1 } }, { code: 'total_changed', total: nothing }],
  ['another currency', { total: { ...nothing, currency: 'USD' } }, { code: 'total_changed', total: nothing }],
  ['a total below 0', { total: { ...nothing, amount: -1 } }, { status: 422, code: 'invalid_request' }],
])('%s is refused, and the hold stays as it is', async (_what, changes, refusal) => {
  const all = await held();
  const { body } = await checkOut(all.buyer, { checkoutToken: all.token, ...changes });
  expect(body).toMatchObject(refusal);
  expect(await stateOf(all)).toMatchObject(heldAgain);
  expect(await attempts(all.hold.holdId)).toEqual([]);
});

test('ten presses at the same time are one order', async () => {
  const all = await held();
  const presses = Array.from({ length: 10 }, () => payHold(deps, all.place, all.hold, { total: nothing }));
  const kinds = new Set((await Promise.all(presses)).map(({ kind }) => kind));
  expect(kinds.has('paid')).toBe(true);
  expect([...kinds].filter((kind) => !['paid', 'already_paid', 'under_way'].includes(kind))).toEqual([]);
  expect(await stateOf(all)).toMatchObject(sold);
  await expectConsistent(all.drop);
});

test('seats without a price are paid as usual if there is a fee', async () => {
  const all = await held({ fees: { perSeat: 0, perOrder: 200, percent: 0 } });
  const total = { amount: 200, currency: 'EUR' };
  expect(await payHold(system.deps, all.place, all.hold, { total })).toMatchObject({ kind: 'open' });
  const payment = { total, token: system.cards.approved };
  expect(await payHold(system.deps, all.place, all.hold, payment)).toMatchObject({ kind: 'paid' });
  expect(await system.chargesOf(all.hold.holdId)).toMatchObject([{ approved: true, amount: 200 }]);
});

describe('checkout killed', () => {
  /** Dependencies of a process that is killed right before or after one of its calls. */
  function killedAt(what: 'inventory' | 'till', method: string, when: 'before' | 'after') {
    let kill: () => void = () => {};
    const killed = new Promise<void>((resolve) => (kill = resolve));
    const real = (deps[what] as Record<string, unknown>)[method] as (...args: unknown[]) => Promise<unknown>;
    const call = async (...args: unknown[]) => {
      if (when === 'after') await real(...args);
      kill();
      return new Promise<never>(() => {});
    };
    return { dying: { ...deps, [what]: { ...deps[what], [method]: call } }, killed };
  }

  test.each([
    ['after the hold went to paying', 'inventory', 'beginPayment', 'after', heldAgain],
    ['before the attempt is written', 'till', 'beginAttempt', 'before', heldAgain],
    ['after the attempt was written', 'till', 'beginAttempt', 'after', sold],
    ['before the order is placed', 'till', 'placeOrder', 'before', sold],
    ['after the order was placed, before Redis', 'inventory', 'completePayment', 'before', sold],
    ['after Redis sold the seats, before word of it', 'inventory', 'completePayment', 'after', sold],
  ] as const)('%s', async (_when, what, method, when, expected) => {
    const all = await held();
    const { dying, killed } = killedAt(what, method, when);
    void payHold(dying, all.place, all.hold, { total: nothing });
    await killed;
    await healthy();

    expect(await stateOf(all)).toMatchObject(expected);
    // The buyer presses again with the same token.
    const again = await payHold(deps, all.place, all.hold, { total: nothing });
    expect(again.kind).toBe(expected === sold ? 'already_paid' : 'paid');
    expect(await stateOf(all)).toMatchObject(sold);
    expect(await mails('order-paid', all.hold.holdId)).toBe(1);
    await expectConsistent(all.drop);
  });

  test.each([
    ['after the hold went to paying', 'inventory', 'beginPayment', 'after'],
    ['after the attempt was written', 'till', 'beginAttempt', 'after'],
    ['after the order was placed, before Redis', 'inventory', 'completePayment', 'before'],
  ] as const)(
    '%s, and the buyer presses again before anybody has reconciled',
    async (_when, what, method, when) => {
      const all = await held();
      const { dying, killed } = killedAt(what, method, when);
      void payHold(dying, all.place, all.hold, { total: nothing });
      await killed;
      const again = await payHold(deps, all.place, all.hold, { total: nothing });
      // Without an attempt, whether the other request goes on is not known yet.
      expect(again.kind).toBe(method === 'beginPayment' ? 'under_way' : 'paid');
      await healthy();
      await payHold(deps, all.place, all.hold, { total: nothing });
      expect(await stateOf(all)).toMatchObject(sold);
    },
  );

  test('and stalled until its attempt was given up: it then gets no seats under it', async () => {
    const all = await held();
    let wake: () => void = () => {};
    const stalled = new Promise<void>((resolve) => (wake = resolve));
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const { till } = deps;
    const beginAttempt: typeof till.beginAttempt = async (attempt) => {
      begin();
      await stalled;
      return till.beginAttempt(attempt);
    };
    const slow = { ...deps, till: { ...till, beginAttempt } };
    const stalledPress = payHold(slow, all.place, all.hold, { total: nothing });
    await begun;
    await healthy();
    wake();
    expect(await stalledPress).toEqual({ kind: 'under_way' });
    expect(await stateOf(all)).toMatchObject(heldAgain);
  });
});

test('seats that have another owner in MySQL are lost, and nothing is asked of a provider', async () => {
  const [first, other] = [await held(), await system.user()];
  const { drop, hold, place } = first;
  await system.db('orders').insert({
    id: 'a-other-order-1',
    drop_id: drop.id,
    partition: 0,
    user_id: other.userId,
    attempt: 1,
    status: 'paid',
    ...nothing,
  });
  const seat = { order_id: 'a-other-order-1', seat_id: hold.seats[0] };
  await system.db('order_seats').insert(seat);
  await system.db('sold_seats').insert({ drop_id: drop.id, ...seat });

  expect(await payHold(deps, place, hold, { total: nothing })).toEqual({ kind: 'seats_lost' });
  await healthy();
  expect(await attempts(hold.holdId)).toMatchObject([{ provider: 'free', status: 'refunded' }]);
  expect(await system.chargesOf(hold.holdId)).toEqual([]);
});

const giveBack = (id: string, who: TestUser, body?: object) =>
  request(system.app).post(`/api/orders/${id}/refund`).set(who.bearer).send(body);

test('seats are given back one by one, by organizer and buyer; their tickets are void', async () => {
  const returns = { until: inSeconds(80 * 86_400), keepPercent: 50 };
  const all = await bought({ returns });
  const [first = '', second = ''] = all.hold.seats;
  const { body } = await giveBack(all.id, system.organizer, { seats: [first] }).expect(200);
  expect(body).toMatchObject({
    status: 'paid',
    refunded: nothing,
    refunds: [{ status: 'done', amount: nothing, kept: nothing }],
  });
  const own = (await read(`/api/orders/${all.id}`, all.buyer)) as { seats: object[] };
  expect(own.seats.filter((seat) => 'ticket' in seat)).toMatchObject([{ id: second }]);
  expect(await system.inventory.counts(all.drop)).toMatchObject({ sold: 1, free: 3 });
  await expectConsistent(all.drop);

  await giveBack(all.id, all.buyer).expect(200);
  expect(await stateOf(all)).toMatchObject({ orders: ['refunded'], soldSeats: 0, charges: [] });
  expect(await attempts(all.id)).toMatchObject([{ provider: 'free', status: 'refunded' }]);
  expect(await mails('order-refunded', all.id)).toBe(2);
  await expectConsistent(all.drop);
});

test('a cancelled drop voids its orders, also those that were being placed', async () => {
  const all = await bought();
  const late = await system.user();
  const { place, hold } = await system.hold(all.drop, late, 1);
  // Its process ends right after it has written the attempt.
  const unplaced = { ...deps, till: { ...deps.till, placeOrder: () => new Promise<never>(() => {}) } };
  void payHold(unplaced, place, hold, { total: nothing });
  while ((await attempts(hold.holdId)).length === 0);

  await request(system.app).post(`/api/drops/${all.drop.id}/cancel`).set(system.organizer.bearer).expect(200);
  await healthy();
  for (const id of [all.id, hold.holdId]) {
    expect(await system.db('orders').where({ id }).first()).toMatchObject({ status: 'refunded' });
    expect(await attempts(id)).toMatchObject([{ status: 'refunded' }]);
    expect(await system.chargesOf(id)).toEqual([]);
  }
  expect(await system.db('sold_seats').where({ drop_id: all.drop.id })).toEqual([]);
});
