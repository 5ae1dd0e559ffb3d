/** A card is charged, and then the seats are gone: they are taken again if that is possible, else the charge is refunded. */
import { eventually } from '../../testing/eventually.ts';
import { hearNews } from '../../testing/news.ts';
import request from 'supertest';
import { createMetrics } from '../../shared/tier/metrics.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createPaymentMetrics } from '../checkout/payment-metrics.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { findAttempt } from '../checkout/payment-attempt.ts';
import { resolveAttempt } from '../checkout/settle.ts';

const providers = ['sandbox', 'stripe'] as const;
const systems = new Map<string, GeneralSystem>();
let system: GeneralSystem;
beforeAll(async () => {
  for (const provider of providers) systems.set(provider, await startGeneralSystem({ provider }));
}, 120_000);
afterAll(async () => {
  for (const each of systems.values()) await each.stop();
});

const soon = { everyMs: 0, abandonedAfterMs: 0, now: Date.now };

/** Makes Redis lose this hold and its payment, as a failover can. */
async function forget(
  { redis, inventory }: GeneralSystem,
  place: { dropId: number; partition: number },
  holdId: string,
) {
  const key = (name: 'holds' | 'paying' | 'meta' | 'rows' | 'entries') => inventory.keys.key(place, name);
  const [, buyer = '', , seats = ''] = ((await redis.hget(key('holds'), holdId)) ?? '').split('|');
  await redis.hdel(key('holds'), holdId);
  await redis.zrem(key('paying'), holdId);
  await redis.hdel(key('entries'), buyer);
  for (const seat of seats.split('+')) {
    const [row = '', number = ''] = seat.split('.');
    const before = (await redis.hget(key('rows'), row)) ?? '';
    await redis.hset(
      key('rows'),
      row,
      `${before.slice(0, Number(number) - 1)}.${before.slice(Number(number))}`,
    );
    await redis.hincrby(key('meta'), 'free', 1);
    await redis.hincrby(key('meta'), 'paying', -1);
  }
  // Makes the next script rebuild `runs` from the rows.
  await redis.hset(key('meta'), 'searchFrom', '');
}

/** Pays, and runs something right after the card was charged. */
async function payAnd(
  drop: Drop,
  buyer: TestUser,
  quantity: number,
  meanwhile: (holdId: string) => Promise<void>,
) {
  const { place, hold, token } = await system.hold(drop, buyer, quantity);
  const payments: typeof system.deps.payments = {
    ...system.deps.payments,
    confirm: async (charge) => {
      const result = await system.deps.payments.confirm(charge);
      await meanwhile(hold.holdId);
      return result;
    },
  };
  const result = await payHold({ ...system.deps, payments }, place, hold, { token: system.cards.approved });
  return { place, hold, token, result };
}

const entryOf = async (drop: Drop, buyer: TestUser) =>
  (await request(system.app).get(`/api/drops/${drop.id}/entry`).set(buyer.bearer).expect(200)).body as object;

/** Gives the seats to an order in MySQL that Redis does not know. */
async function ownedInMysql(drop: Drop, seats: string[]): Promise<{ orderId: string; owner: TestUser }> {
  const owner = await system.user();
  const orderId = `owner${owner.userId.toString(36).padStart(9, '0')}-0`;
  await system.db('orders').insert({
    id: orderId,
    drop_id: drop.id,
    partition: 0,
    user_id: owner.userId,
    attempt: 1,
    amount: 4500,
    currency: 'EUR',
    status: 'paid',
  });
  await system
    .db('sold_seats')
    .insert(seats.map((seat_id) => ({ drop_id: drop.id, seat_id, order_id: orderId })));
  return { orderId, owner };
}

describe.each(providers)('with %s', (provider) => {
  beforeAll(() => void (system = systems.get(provider)!));

  test('a hold that Redis lost is taken back while its seats are free', async () => {
    const drop = await system.openDrop();
    const buyer = await system.user();
    const { hold, place, result } = await payAnd(drop, buyer, 2, (holdId) =>
      forget(system, { dropId: drop.id, partition: 0 }, holdId),
    );
    expect(result).toMatchObject({ kind: 'paid' });
    expect(await system.inventory.view(place, buyer.userId)).toMatchObject({
      kind: 'sold',
      seats: hold.seats,
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, free: 2, paying: 0 });
    expect(await system.chargesOf(hold.holdId)).toMatchObject([{ approved: true, refunds: 0 }]);
  });

  test('somebody else holds them by now: no order, one refund, and the buyer is told', async () => {
    const drop = await system.openDrop(2);
    const [buyer, other] = [await system.user(), await system.user()];
    const news = await hearNews(system.redis, system.inventory.keys, drop.id);
    const { hold, place, result } = await payAnd(drop, buyer, 2, async (holdId) => {
      await forget(system, { dropId: drop.id, partition: 0 }, holdId);
      await system.hold(drop, other, 2);
    });

    expect(result).toEqual({ kind: 'seats_lost' });
    expect(await system.chargesOf(hold.holdId)).toEqual([
      { approved: true, refunds: 1, givenBack: 9000, amount: 9000 },
    ]);
    expect(await system.db('orders').where({ id: hold.holdId })).toEqual([]);
    expect(await system.inventory.view(place, other.userId)).toMatchObject({ kind: 'held' });
    await reconcilePayments(system.deps, soon);
    await reconcilePayments(system.deps, soon);
    expect(await system.chargesOf(hold.holdId)).toMatchObject([{ refunds: 1 }]);
    const told = { event: 'hold:released', entry: { status: 'released', reason: 'seats_lost' } };
    await eventually(() => expect(news.forBuyer(buyer.userId)).toMatchObject([told]));
    expect(await entryOf(drop, buyer)).toMatchObject({ status: 'released', reason: 'seats_lost' });
    const unique_id = `charge-refunded.${hold.holdId}.1.email`;
    expect(await system.db('outbox').where({ unique_id })).toHaveLength(1);
    await news.stop();
  });

  test('MySQL has another owner: Redis gives the seat to that one, and offers it to nobody again', async () => {
    const drop = await system.openDrop(2, { standbyLimit: 5 });
    const [buyer, waiting] = [await system.user(), await system.user()];
    let owner: TestUser | undefined;
    const { hold, token, place, result } = await payAnd(drop, buyer, 2, async () => {
      ({ owner } = await ownedInMysql(drop, ['0.1']));
      const batch = { id: 'aaaaaaaaaaaaaa', packed: `${waiting.userId}:1` };
      await system.inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
    });

    expect(result).toEqual({ kind: 'seats_lost' });
    expect(await system.chargesOf(hold.holdId)).toMatchObject([{ approved: true, refunds: 1 }]);
    // The seat without an owner went to standby; the other one belongs to its owner.
    expect(await system.inventory.view(place, waiting.userId)).toMatchObject({
      kind: 'held',
      seats: ['0.2'],
    });
    expect(await system.inventory.view(place, owner!.userId)).toMatchObject({ kind: 'sold', seats: ['0.1'] });
    expect(await system.inventory.seatMap(drop)).toEqual(['sh']);
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, held: 1, free: 0, paying: 0 });
    expect(await entryOf(drop, buyer)).toMatchObject({ status: 'released', reason: 'seats_lost' });
    // The same token gets the same answer again, by HTTP.
    const again = await request(system.app)
      .post('/api/checkout')
      .set(buyer.bearer)
      .send({ checkoutToken: token, payment: { token: system.cards.approved } })
      .expect(409);
    expect(again.body).toMatchObject({ code: 'seats_lost' });
    expect(await system.chargesOf(hold.holdId)).toHaveLength(1);
  });

  test('an order that is placed while Redis has given its seats away gets them, unpaid holds yield', async () => {
    const drop = await system.openDrop(2);
    const [buyer, rival] = [await system.user(), await system.user()];
    const { place, hold } = await system.hold(drop, buyer, 2);
    const unreachable: typeof system.deps.inventory = {
      ...system.deps.inventory,
      checkCharged: () => Promise.reject(new Error('Redis is away')),
      completePayment: () => Promise.reject(new Error('Redis is away')),
    };
    const deps = { ...system.deps, inventory: unreachable };
    expect(await payHold(deps, place, hold, { token: system.cards.approved })).toMatchObject({
      kind: 'paid',
    });
    await forget(system, place, hold.holdId);
    await system.hold(drop, rival, 1);
    const news = await hearNews(system.redis, system.inventory.keys, drop.id);

    // Twice, as by two reconcilers.
    const attempt = await findAttempt(system.db, { holdId: hold.holdId, attempt: 1 });
    for (let time = 0; time < 2; time += 1) await resolveAttempt(system.deps, attempt!);

    expect(await system.inventory.seatMap(drop)).toEqual(['ss']);
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, free: 0 });
    const told = { event: 'hold:released', entry: { status: 'released', reason: 'seats_lost' } };
    await eventually(() => expect(news.forBuyer(rival.userId)).toMatchObject([told]));
    await news.stop();
  });

  test('what the reconciler does, and what is open, can be seen', async () => {
    const registry = createMetrics('general');
    const metrics = createPaymentMetrics(registry);
    const read = async (name: string) =>
      Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(await registry.metrics())?.[1]);
    const outcome = async (which: string) => {
      const { values } = await (
        registry.getSingleMetric('seatdrop_payments_reconciled_total') as never as {
          get: () => Promise<{ values: { value: number; labels: { outcome: string } }[] }>;
        }
      ).get();
      return values.find(({ labels }) => labels.outcome === which)?.value;
    };
    const drop = await system.openDrop();
    const buyer = await system.user();
    const { place, hold } = await system.hold(drop, buyer);
    const never = new Promise<never>(() => {});
    let charged: () => void = () => {};
    const chargeMade = new Promise<void>((done) => (charged = done));
    const payments: typeof system.deps.payments = {
      ...system.deps.payments,
      confirm: async (charge) => {
        await system.deps.payments.confirm(charge);
        charged();
        return never;
      },
    };
    void payHold({ ...system.deps, payments }, place, hold, { token: system.cards.approved });
    await chargeMade;
    const since = new Date(Date.now() - 90_000);
    await system
      .db('payment_attempts')
      .where({ hold_id: hold.holdId })
      .update({ confirmed_at: since, pay_by: since });

    await reconcilePayments(system.deps, soon, metrics);
    expect(await read('seatdrop_payments_pending')).toBe(1);
    expect(await read('seatdrop_payment_longest_overdue_seconds')).toBeGreaterThan(85);
    // The hold in payment and its attempt may both be found in the same round.
    expect(await outcome('paid')).toBeGreaterThanOrEqual(1);

    await system.db('orders').where({ id: hold.holdId }).update({ status: 'refund_due', updated_at: since });
    await reconcilePayments(system.deps, soon, metrics);
    expect(await read('seatdrop_payments_pending')).toBe(0);
    expect(await read('seatdrop_payment_longest_overdue_seconds')).toBe(0);
    expect(await read('seatdrop_refunds_due')).toBe(1);
    expect(await read('seatdrop_refund_oldest_due_seconds')).toBeGreaterThan(85);
  });
});
