/** A hundred old drops, payments and refunds that cannot be finished, and one of each that comes after them. */
import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { eventually } from '../../testing/eventually.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createEndDrops } from '../duties/end-drops.ts';

let system: GeneralSystem;
let buyer: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  buyer = await system.user();
});
afterAll(() => system.stop());

const now = { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy };
/** A payment by a provider that is no longer configured, so that it cannot be asked. */
const retired = { provider: 'retired', attempt: 1, amount: 4500, currency: 'EUR', partition: 0 };

async function buy(drop: Drop, who: TestUser): Promise<string> {
  const { token, hold } = await system.hold(drop, who);
  const body = { checkoutToken: token, payment: { token: system.cards.approved } };
  await request(system.app).post('/api/checkout').set(who.bearer).send(body).expect(201);
  return hold.holdId;
}

const orderOf = async (id: string) =>
  (await system.db('orders').where({ id }).first()) as { status: string; reopened_at: Date | null };
const dropOf = async (id: number) =>
  (await system.db('drops').where({ id }).first()) as {
    cancelled_at: Date | null;
    sale_ended_at: Date | null;
  };

/** Ids that sort before those of real orders, or after them. */
const idsOf = (count: number, first: string) =>
  Array.from({ length: count }, (_, at) => `${first}${String(at).padStart(13, '0')}-0`);

async function insertStuckAttempts(dropId: number, ids: string[], status: string): Promise<void> {
  const since = new Date(Date.now() - 3_600_000);
  const rows = ids.map((hold_id) => ({
    ...retired,
    hold_id,
    drop_id: dropId,
    user_id: buyer.userId,
    seats: '0.1',
    status,
    updated_at: since,
  }));
  await system.db.batchInsert('payment_attempts', rows, 200);
}

test('a cancelled drop is brought to its end behind a hundred drops that cannot end', async () => {
  const eventId = await insertEvent(system.db);
  const over = { opensAt: Date.now() - 9e6, closesAt: Date.now() - 8e6 };
  for (let count = 0; count < 100; count += 1) {
    const sections = [{ name: `S${count}`, rows: 1, seatsPerRow: 1 }];
    const drop = await insertDrop(system.db, eventId, { ...over, sections, stocked: true });
    await system.inventory.stock(drop);
    const { place, hold } = await system.hold(drop, buyer);
    await system.inventory.beginPayment(place, hold, newBatchId());
  }
  const drop = await system.openDrop(2);
  const id = await buy(drop, await system.user());
  // The state that a request leaves if its process dies right after the transaction.
  await system.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });

  await createEndDrops(system.deps)();
  await createRefunding(system.deps)();
  expect(await orderOf(id)).toMatchObject({ status: 'refunded' });
  expect((await dropOf(drop.id)).sale_ended_at).not.toBeNull();
}, 60_000);

test('a refund comes behind two hundred that the provider cannot make', async () => {
  const drop = await system.openDrop(2);
  const ids = idsOf(200, '0');
  await insertStuckAttempts(drop.id, ids, 'approved');
  const since = new Date(Date.now() - 3_600_000);
  const common = {
    drop_id: drop.id,
    user_id: buyer.userId,
    partition: 0,
    attempt: 1,
    amount: 4500,
    currency: 'EUR',
  };
  await system.db.batchInsert(
    'orders',
    ids.map((id) => ({ ...common, id, status: 'refund_due', updated_at: since })),
    200,
  );
  await system.db.batchInsert(
    'order_seats',
    ids.map((order_id) => ({ order_id, seat_id: '0.1' })),
    200,
  );
  const id = await buy(drop, await system.user());
  await requestRefunds(system.db, { id });
  const refund = createRefunding(system.deps);
  await refund();
  await refund();
  expect(await orderOf(id)).toMatchObject({ status: 'refunded', reopened_at: expect.any(Date) as Date });
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 2, sold: 0 });
});

test('a payment in doubt and a charge in vain come behind two hundred of each that nobody can ask about', async () => {
  const drop = await system.openDrop(4);
  for (const [status, first] of [
    ['pending', 'a'],
    ['refund_due', 'b'],
  ] as const)
    await insertStuckAttempts(drop.id, idsOf(200, first), status);

  const charge = async (status: string) => {
    const who = await system.user();
    const { place, hold } = await system.hold(drop, who);
    const begun = await system.inventory.beginPayment(place, hold, newBatchId());
    if (begun.kind !== 'paying') throw new Error(begun.kind);
    const key = `${hold.holdId}.${begun.attempt}`;
    await system.sandbox.charge(key, 'tok_approved', 4500);
    await system.db('payment_attempts').insert({
      ...retired,
      provider: 'sandbox',
      hold_id: hold.holdId,
      attempt: begun.attempt,
      drop_id: drop.id,
      user_id: who.userId,
      seats: hold.seats.join(','),
      status,
    });
    return hold.holdId;
  };
  const inDoubt = await charge('pending');
  const inVain = await charge('refund_due');
  // A provider that answered slowly once is asked again.
  await eventually(async () => {
    await reconcilePayments(system.deps, now);
    expect(await orderOf(inDoubt)).toMatchObject({ status: 'paid' });
  });
  await eventually(async () => {
    await createRefunding(system.deps)();
    expect(await system.chargesOf(inVain)).toMatchObject([{ approved: true, refunds: 1 }]);
  });
});

test('a hold left in payment is settled behind five hundred of its partition that nobody can ask about', async () => {
  const sections = [{ name: 'Hall', rows: 3, seatsPerRow: 167 }];
  const drop = await insertDrop(system.db, await insertEvent(system.db), { sections, stocked: true });
  await system.inventory.stock(drop);
  const place = { dropId: drop.id, partition: 0 };
  const holdIds: string[] = [];
  for (let from = 0; from < 501; from += 100) {
    const buyers = Array.from({ length: Math.min(100, 501 - from) }, (_, at) => 1_000_000 + from + at);
    const batch = { id: newBatchId(), packed: buyers.map((id) => `${id}:1`).join(',') };
    const claimed = await system.inventory.claim(place, batch, { mayBorrow: false });
    if (claimed.kind !== 'decided') throw new Error(claimed.kind);
    for (const outcome of claimed.outcomes) {
      if (outcome.kind !== 'held') throw new Error(outcome.kind);
      await system.inventory.beginPayment(place, outcome.hold, newBatchId());
      holdIds.push(outcome.hold.holdId);
    }
  }
  await insertStuckAttempts(drop.id, holdIds.slice(0, 500), 'pending');
  await reconcilePayments(system.deps, now);
  expect(await system.inventory.counts(drop)).toMatchObject({ paying: 500 });
  expect(await system.inventory.holds(place, holdIds.slice(500))).toMatchObject([{ state: 'held' }]);
}, 60_000);

test('a cancellation that ends half-way has what it takes to be carried through, also after the drop had ended', async () => {
  const drop = await system.openDrop(2);
  const id = await buy(drop, await system.user());
  await system.inventory.endDrop(drop.id);
  await system.db('drops').where({ id: drop.id }).update({ sale_ended_at: new Date() });

  const real = system.deps.inventory.cancel;
  system.deps.inventory.cancel = () => Promise.reject(new Error('Redis is away'));
  try {
    await request(system.app).post(`/api/drops/${drop.id}/cancel`).set(system.organizer.bearer).expect(200);
  } finally {
    system.deps.inventory.cancel = real;
  }
  expect(await orderOf(id)).toMatchObject({ status: 'refund_due' });
  expect(await dropOf(drop.id)).toMatchObject({
    cancelled_at: expect.any(Date) as Date,
    sale_ended_at: null,
  });

  // If the transaction fails, nothing has changed.
  const other = await system.openDrop(2);
  const otherOrder = await buy(other, await system.user());
  await system.db.raw(`create trigger cut before update on orders for each row signal sqlstate '45000'`);
  try {
    await request(system.app).post(`/api/drops/${other.id}/cancel`).set(system.organizer.bearer).expect(500);
  } finally {
    await system.db.raw('drop trigger cut');
  }
  expect(await orderOf(otherOrder)).toMatchObject({ status: 'paid' });
  expect((await dropOf(other.id)).cancelled_at).toBeNull();
});

test('an order that is placed while its drop is cancelled is born with the wish to be refunded', async () => {
  const drop = await system.openDrop(2);
  const who = await system.user();
  const { place, hold } = await system.hold(drop, who);
  const begun = await system.inventory.beginPayment(place, hold, newBatchId());
  if (begun.kind !== 'paying') throw new Error(begun.kind);
  await system.sandbox.charge(`${hold.holdId}.${begun.attempt}`, 'tok_approved', 4500);
  await system.db('payment_attempts').insert({
    ...retired,
    provider: 'sandbox',
    hold_id: hold.holdId,
    attempt: begun.attempt,
    drop_id: drop.id,
    user_id: who.userId,
    seats: hold.seats.join(','),
    status: 'pending',
  });
  // Only the transaction that places the order sees both the order and the cancelled drop.
  await system.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  await reconcilePayments(system.deps, now);
  expect(await orderOf(hold.holdId)).toMatchObject({ status: 'refund_due' });
  const refund = createRefunding(system.deps);
  await refund();
  await refund();
  expect(await orderOf(hold.holdId)).toMatchObject({ status: 'refunded' });
  expect(await system.chargesOf(hold.holdId)).toMatchObject([{ refunds: 1 }]);
});

test('a drop that Redis has lost is not at its end', async () => {
  const drop = await system.openDrop(2);
  const kept = await system.redis.dump(system.inventory.keys.key({ dropId: drop.id, partition: 0 }, 'meta'));
  expect(kept).not.toBeNull();
  await system.redis.unlink(...system.inventory.keys.all({ dropId: drop.id, partition: 0 }));
  await system
    .db('drops')
    .where({ id: drop.id })
    .update({ closes_at: new Date(Date.now() - 8e6) });
  await createEndDrops(system.deps)();
  expect((await dropOf(drop.id)).sale_ended_at).toBeNull();
  expect(system.complaints()).toContainEqual(expect.objectContaining({ duty: 'end drops', row: drop.id }));

  // A drop that was never in Redis has lost nothing, and is ended.
  const eventId = await insertEvent(system.db);
  const never = await insertDrop(system.db, eventId, { closesAt: Date.now() - 8e6, stocked: false });
  await createEndDrops(system.deps)();
  expect((await dropOf(never.id)).sale_ended_at).not.toBeNull();
});
