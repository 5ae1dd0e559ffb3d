/**
 * PayU accepts a refund and does not report if it fails later. So it is asked; what failed is shown, and is made again
 * until the money has gone back once.
 */
import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { recordsOf } from '../../testing/general/parse-csv.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createAskingAgain } from '../duties/ask-again.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { askAboutRefunds } from '../payments/ask-about-refunds.ts';
import { findAttempt } from '../checkout/payment-attempt.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'payu' });
}, 120_000);
afterAll(() => system.stop());

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

type Deps = typeof system.deps;
/** The duty, with a clock that is `laterMs` milliseconds ahead. */
const asking = (laterMs: number, deps: Deps = system.deps) =>
  createAskingAgain(deps, { everyMs: 0, now: () => Date.now() + laterMs });
const refunding = (deps: Deps = system.deps) => createRefunding(deps)();

type Bought = { drop: Drop; id: string; txnid: string };

/** Posts the form of a payment to PayU, as the buyer's browser does. */
async function goes(place: { dropId: number; partition: number }, hold: Parameters<typeof payHold>[2]) {
  const open = await payHold(system.deps, place, hold, {});
  if (open.kind !== 'open' || open.action.provider !== 'payu') throw new Error(`${open.kind}, not open`);
  expect(system.payu!.post(open.action.fields)).toBeUndefined();
  return open.action.fields['txnid']!;
}

async function bought(quantity = 2): Promise<Bought> {
  const drop = await system.openDrop();
  const { place, hold } = await system.hold(drop, await system.user(), quantity);
  const txnid = await goes(place, hold);
  system.payu!.book.choose(txnid, 'approve');
  expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'paid' });
  return { drop, id: hold.holdId, txnid };
}

const refund = (id: string, seats?: string[]) =>
  request(system.app)
    .post(`/api/orders/${id}/refund`)
    .set(system.organizer.bearer)
    .send(seats ? { seats } : {})
    .expect(200);

async function refunded(quantity = 2): Promise<Bought> {
  const order = await bought(quantity);
  await refund(order.id);
  return order;
}

/** A charge that got no order: it was paid after it had ended here. */
async function inVain(): Promise<Bought> {
  const drop = await system.openDrop();
  const { place, hold } = await system.hold(drop, await system.user());
  const txnid = await goes(place, hold);
  system.payu!.book.choose(txnid, 'decline');
  await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
  const found = system.payu!.book.transactions.find((each) => each.txnid === txnid)!;
  Object.assign(found, { status: 'success', unmappedstatus: 'captured' });
  await asking(40 * minute)();
  expect(await statusOf(hold.holdId)).toBe('refunded');
  return { drop, id: hold.holdId, txnid };
}

const rowOf = async (id: string) =>
  (await system.db('payment_attempts').where({ hold_id: id }).first()) as {
    status: string;
    ask_at: Date | null;
    updated_at: Date;
  };
const statusOf = async (id: string) => (await rowOf(id)).status;
const refundsOf = (id: string) => system.db('refunds').where({ order_id: id }).orderBy('number');
const eventsOf = (id: string) => system.db('payment_events').where({ hold_id: id });
const madeAt = (id: string) => system.payu!.of(id)[0]!.refunds;
const decide = ({ txnid }: Bought, status: 'success' | 'failure' | 'in progress' | 'od_hit') =>
  system.payu!.book.decideRefund(txnid, status);
const get = async (path: string) =>
  (await request(system.app).get(path).set(system.organizer.bearer).expect(200)) as {
    body: object;
    text: string;
  };
/** How often PayU was asked about refunds while `work` ran. */
async function asksDuring(work: () => Promise<unknown>): Promise<number> {
  const asks = () => system.payu!.asked.filter(({ command }) => command === 'check_action_status').length;
  const before = asks();
  await work();
  return asks() - before;
}
/** Nothing of earlier tests is asked about. */
const onlyThese = (ids: string[]) =>
  system.db('payment_attempts').whereNotIn('hold_id', ids).update({ ask_at: null });

test('it is shown on the order and in the CSV with the reason, and is made again once; the seats stay refunded', async () => {
  const order = await refunded();
  const { drop, id } = order;
  decide(order, 'failure');
  await asking(2 * hour)();
  expect((await get(`/api/orders/${id}`)).body).toMatchObject({
    status: 'refunding',
    refunded: { amount: 0 },
    refunds: [{ status: 'due', failure: { reason: 'failure', tries: 1 } }],
    seats: [{ state: 'refunded' }, { state: 'refunded' }],
  });
  const { requestId } = madeAt(id)[0]!;
  expect((await get(`/api/orders/${id}/payments`)).body).toMatchObject({
    events: [{ kind: 'refund_failed', reason: 'failure' }],
  });
  expect(await eventsOf(id)).toMatchObject([{ occurrence: requestId }]);
  const csv = async () => recordsOf((await get(`/api/drops/${drop.id}/report.csv`)).text);
  const shownBefore = await csv();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });

  for (const _ of [1, 2]) await refunding();
  for (const _ of [1, 2]) await asking(2 * hour)();
  expect(madeAt(id)).toMatchObject([{ status: 'failure' }, { status: 'queued', amount: '90.00' }]);
  expect(await system.chargesOf(id)).toMatchObject([{ amount: 9000, givenBack: 9000 }]);
  expect(await refundsOf(id)).toMatchObject([
    { status: 'done', returned_at: null, failure: null, provider_ref: madeAt(id)[1]!.requestId },
  ]);
  expect((await get(`/api/orders/${id}`)).body).toMatchObject({ status: 'refunded' });
  expect(await csv()).not.toEqual(shownBefore);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });

  // The second one fails too.
  decide(order, 'failure');
  await asking(4 * hour)();
  await refunding();
  expect(madeAt(id).map(({ status }) => status)).toEqual(['failure', 'failure', 'queued']);
  expect(await eventsOf(id)).toHaveLength(2);
});

test('of two refunds of an order the one that failed is made again, the other is not', async () => {
  const order = await bought();
  const seats = ((await get(`/api/orders/${order.id}`)).body as { seats: { id: string }[] }).seats.map(
    (seat) => seat.id,
  );
  await refund(order.id, [seats[0]!]);
  decide(order, 'failure');
  await refund(order.id, [seats[1]!]);
  await onlyThese([order.id]);
  expect(await asksDuring(asking(2 * hour))).toBe(1);
  expect(await refundsOf(order.id)).toMatchObject([{ tries: 1 }, { tries: 0, returned_at: null }]);
  await refunding();
  expect(await system.chargesOf(order.id)).toMatchObject([{ refunds: 2, givenBack: 9000 }]);
  expect(madeAt(order.id)).toHaveLength(3);
});

test('of a charge without an order it is made again too, each time that it fails', async () => {
  const charge = await inVain();
  for (const fails of [1, 2]) {
    decide(charge, 'failure');
    await asking(2 * hour)();
    expect(await statusOf(charge.id)).toBe('refund_due');
    expect(await eventsOf(charge.id)).toHaveLength(fails);
    for (const _ of [1, 2]) await refunding();
    expect(await statusOf(charge.id)).toBe('refunded');
    expect(madeAt(charge.id)).toHaveLength(fails + 1);
  }
  expect(await system.chargesOf(charge.id)).toMatchObject([{ refunds: 1, givenBack: 4500 }]);
});

test('it is asked about within an hour, and until PayU says that it is final or 30 days are over', async () => {
  const waits = await refunded(1);
  const final = await refunded(1);
  await onlyThese([waits.id, final.id]);
  expect(await asksDuring(asking(15 * minute))).toBe(0);
  expect(await asksDuring(asking(hour + minute))).toBe(2);
  decide(waits, 'od_hit');
  decide(final, 'success');
  // The final one is asked about once more a day after the payment, with the payment itself.
  const asks: number[] = [];
  for (const ms of [7 * hour, 8 * hour, 25 * hour, 3.1 * day, 7.1 * day, 14.1 * day, 30.1 * day, 400 * day])
    asks.push(await asksDuring(asking(ms)));
  expect(asks).toEqual([2, 0, 2, 1, 1, 1, 1, 0]);
  expect(await rowOf(waits.id)).toMatchObject({ ask_at: null });
  expect(await rowOf(final.id)).toMatchObject({ ask_at: null });
  expect(await refundsOf(waits.id)).toMatchObject([{ status: 'done', returned_at: null, tries: 0 }]);
});

test('a refund that is accepted while another process asks about the payment is asked about as well', async () => {
  const order = await bought();
  await onlyThese([order.id]);
  const { payments } = system.deps;
  const { late } = payments;
  const crossing: Deps = {
    ...system.deps,
    payments: {
      ...payments,
      late: {
        ...late!,
        async resolve(charge) {
          const found = await late!.resolve(charge);
          await refund(order.id);
          return found;
        },
      },
    },
  };
  // The last of the times at which a payment is asked about by itself.
  await asking(2 * day, crossing)();
  expect((await rowOf(order.id)).ask_at).not.toBeNull();
  decide(order, 'failure');
  await asking(2 * day)();
  await refunding();
  expect(madeAt(order.id)).toMatchObject([{ status: 'failure' }, { status: 'queued' }]);
});

test('two processes at once: it is made again once', async () => {
  const orders = [await refunded(1), await refunded(1), await inVain()];
  for (const order of orders) decide(order, 'failure');
  for (const _ of [1, 2]) await Promise.all([1, 2, 3].map(() => asking(2 * hour)()));
  await Promise.all([1, 2, 3].map(() => refunding()));
  await Promise.all([asking(2 * hour)(), refunding(), asking(2 * hour)()]);
  await refunding();
  for (const { id } of orders) {
    expect(madeAt(id).map(({ status }) => status)).toEqual(['failure', 'queued']);
    expect(await eventsOf(id)).toHaveLength(1);
  }
});

test('an answer of PayU from before it was made again changes nothing', async () => {
  const charges = [await refunded(1), await inVain()];
  for (const charge of charges) {
    decide(charge, 'failure');
    const attempt = (await findAttempt(system.deps.db, { holdId: charge.id, attempt: 1 }))!;
    const { acceptedRefunds } = system.deps.payments;
    const slow: Deps['payments'] = {
      ...system.deps.payments,
      acceptedRefunds: {
        ...acceptedRefunds!,
        async find(...asked) {
          const answer = await acceptedRefunds!.find(...asked);
          // Meanwhile another process finds it, and it is made again.
          await asking(2 * hour)();
          await refunding();
          return answer;
        },
      },
    };
    await askAboutRefunds({ ...system.deps, payments: slow }, attempt, Date.now());
    await refunding();
    expect(madeAt(charge.id).map(({ status }) => status)).toEqual(['failure', 'queued']);
    expect(await statusOf(charge.id)).toBe('refunded');
    expect(await eventsOf(charge.id)).toHaveLength(1);
  }
});

test('PayU is away: nothing changes, and it is asked again', async () => {
  const order = await refunded(1);
  decide(order, 'failure');
  const round = asking(2 * hour);
  for (const what of ['request_lost', 'answer_lost', 'fails'] as const) {
    await onlyThese([order.id]);
    system.payu!.accident('check_action_status', what);
    const fresh = asking(2 * hour);
    await fresh();
    expect(await refundsOf(order.id)).toMatchObject([{ status: 'done', returned_at: null }]);
    expect((await rowOf(order.id)).ask_at).not.toBeNull();
  }
  await round();
  await refunding();
  expect(madeAt(order.id)).toHaveLength(2);
});

test('a hundred that PayU does not know, and a hundred of another provider, do not hold it up', async () => {
  const order = await refunded(1);
  decide(order, 'failure');
  await onlyThese([order.id]);
  const buyer = await system.user();
  const rows = Array.from({ length: 200 }, (_, at) => ({
    hold_id: `0${String(at).padStart(13, '0')}-0`,
    attempt: 1,
    drop_id: order.drop.id,
    partition: 0,
    user_id: buyer.userId,
    seats: '0.1',
    provider: at < 100 ? 'payu' : 'retired',
    provider_ref: `unknown-${at}`,
    amount: 4500,
    currency: 'INR',
    status: 'refunded',
    pay_by: new Date(Date.now() - day),
    updated_at: new Date(Date.now() - day),
    ask_at: new Date(Date.now() - hour),
  }));
  await system.db.batchInsert('payment_attempts', rows, 200);
  const ids = rows.map(({ hold_id }) => hold_id);
  const stuck = () => system.db('payment_attempts').whereNotNull('ask_at').whereIn('hold_id', ids);
  await asking(2 * hour)();
  await refunding();
  expect(madeAt(order.id)).toMatchObject([{ status: 'failure' }, { status: 'queued' }]);
  expect(await stuck()).toHaveLength(200);
  await stuck().delete();
});

describe('a process that dies', () => {
  const never = () => new Promise<never>(() => {});
  /** Runs `work` with payments at which the process dies: `kill` never returns. */
  async function killedIn(
    change: (kill: () => Promise<never>) => Partial<Deps['payments']>,
    work: (deps: Deps) => Promise<unknown>,
  ): Promise<void> {
    let died: () => void = () => {};
    const dead = new Promise<void>((resolve) => (died = resolve));
    const kill = () => {
      died();
      return never();
    };
    // Its round goes on to other lists after some seconds, perhaps when the test's database is gone.
    const payments = { ...system.deps.payments, ...change(kill) };
    work({ ...system.deps, payments }).catch(() => undefined);
    await dead;
  }

  test.each([
    ['before PayU makes it again', false],
    ['after that, before MySQL has it', true],
  ])('%s: it is made again once, and asked about once more', async (_, isMade) => {
    for (const begin of [() => refunded(1), inVain]) {
      const charge = await begin();
      decide(charge, 'failure');
      await asking(2 * hour)();
      const { refund: make } = system.deps.payments;
      await killedIn(
        (kill) => ({
          async refund(asked) {
            if (isMade) await make(asked);
            return kill();
          },
        }),
        refunding,
      );
      await refunding();
      expect(madeAt(charge.id).map(({ status }) => status)).toEqual(['failure', 'queued']);
      decide(charge, 'failure');
      await asking(4 * hour)();
      await refunding();
      expect(madeAt(charge.id).map(({ status }) => status)).toEqual(['failure', 'failure', 'queued']);
    }
  });

  test('after it has asked, before MySQL has the answer: another one asks', async () => {
    const order = await refunded(1);
    decide(order, 'failure');
    const { acceptedRefunds } = system.deps.payments;
    await killedIn(
      (kill) => ({
        acceptedRefunds: {
          ...acceptedRefunds!,
          async find(...asked) {
            await acceptedRefunds!.find(...asked);
            return kill();
          },
        },
      }),
      (deps) => asking(2 * hour, deps)(),
    );
    await asking(2 * hour)();
    await refunding();
    expect(madeAt(order.id)).toHaveLength(2);
  });

  test('after it has marked the refund, before it has written when to ask next: nothing is made twice', async () => {
    const order = await refunded(1);
    decide(order, 'failure');
    const { late } = system.deps.payments;
    await killedIn(
      (kill) => ({ late: { ...late!, resolve: kill } }),
      (deps) => asking(2 * hour, deps)(),
    );
    for (const _ of [1, 2]) {
      await asking(2 * hour)();
      await refunding();
    }
    expect(madeAt(order.id).map(({ status }) => status)).toEqual(['failure', 'queued']);
    expect(await eventsOf(order.id)).toHaveLength(1);
  });
});
