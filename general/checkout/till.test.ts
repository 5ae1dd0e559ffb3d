import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { payHold } from './pay-hold.ts';
import { createTill } from './till.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
}, 60_000);
afterAll(() => system.stop());

const ordersOf = async (dropId: number): Promise<{ id: string; user_id: number; amount: number }[]> =>
  system.db('orders').where({ drop_id: dropId }).orderBy('id');
const seatsOf = async (dropId: number): Promise<{ order_id: string; seat_id: string }[]> =>
  system.db('sold_seats').where({ drop_id: dropId });

async function heldBy(buyers: number) {
  const drop = await system.openDrop(2 * buyers);
  const all = [];
  for (let each = 0; each < buyers; each += 1) {
    const buyer = await system.user();
    all.push({ buyer, ...(await system.hold(drop, buyer, 1 + (each % 2))) });
  }
  return { drop, all };
}

test('each of many who pay at once gets the order of exactly his seats', async () => {
  const { drop, all } = await heldBy(30);
  const commits = async () => {
    const [[row]] = (await system.db.raw("show global status like 'Com_commit'")) as [[{ Value: string }]];
    return Number(row.Value);
  };
  const before = await commits();
  const results = await Promise.all(
    all.map(({ place, hold }) => payHold(system.deps, place, hold, { token: system.cards.approved })),
  );
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['paid']));
  const orders = await ordersOf(drop.id);
  const seats = await seatsOf(drop.id);
  for (const { buyer, hold } of all) {
    const order = orders.find(({ id }) => id === hold.holdId);
    expect(order).toMatchObject({ user_id: buyer.userId, amount: drop.price.amount * hold.seats.length });
    const of = seats.filter(({ order_id }) => order_id === hold.holdId).map(({ seat_id }) => seat_id);
    expect(of.toSorted()).toEqual(hold.seats.toSorted());
  }
  const attempts: { hold_id: string; provider_ref: string; status: string }[] = await system
    .db('payment_attempts')
    .where({ drop_id: drop.id });
  for (const { hold_id, provider_ref, status } of attempts) {
    expect(status).toBe('approved');
    const charge = await system.sandbox.byKey(`${hold_id}.1`);
    expect(provider_ref).toBe(charge.body['id']);
  }
  // The till needs fewer commits than one per payment. Other duties commit now and then, too.
  expect((await commits()) - before).toBeLessThan(all.length);
});

test('one whose seat has an owner gets no order, and keeps nobody else from his', async () => {
  const { drop, all } = await heldBy(8);
  const till = createTill(system.db, system.deps.findTerms);
  const paid = all.map(({ place, hold, buyer }) => ({
    ref: `ch_${hold.holdId}`,
    attempt: {
      holdId: hold.holdId,
      attempt: 1,
      place,
      buyerId: buyer.userId,
      seats: hold.seats,
      provider: 'sandbox',
      amount: 4500,
      currency: 'EUR',
      status: 'pending' as const,
      payBy: Date.now() + 60_000,
    },
  }));
  const [first, second, given] = paid;
  // Two holds have the same seats, as after a failover; and one attempt was given up as declined.
  second!.attempt.seats = first!.attempt.seats;
  await Promise.all(paid.map(({ attempt }) => till.beginAttempt({ ...attempt, begunBy: 'a test' })));
  await system
    .db('payment_attempts')
    .where({ hold_id: given!.attempt.holdId })
    .update({ status: 'declined' });

  // Each order is placed twice, as when a webhook comes at the same time as the answer.
  const placed = await Promise.all([...paid, ...paid].map((each) => till.placeOrder(each)));
  const lost = (at: number) => placed[at]!.kind === 'seats_lost';
  expect([lost(0), lost(1)].filter(Boolean)).toHaveLength(1);
  expect([lost(8), lost(9)]).toEqual([lost(0), lost(1)]);
  expect([lost(2), lost(10)]).toEqual([true, true]);
  for (const at of [3, 4, 5, 6, 7]) {
    expect([placed[at], placed[at + 8]].map((each) => each!.kind)).toEqual(['placed', 'placed']);
    // Only one of the two calls returns the order, so that it is announced once.
    expect([placed[at], placed[at + 8]].filter((each) => 'order' in each!)).toHaveLength(1);
  }
  expect(await ordersOf(drop.id)).toHaveLength(6);
  const open: { hold_id: string; status: string }[] = await system
    .db('payment_attempts')
    .where({ drop_id: drop.id, status: 'refund_due' });
  const loser = (lost(0) ? first : second)!.attempt.holdId;
  expect(open.map(({ hold_id }) => hold_id).toSorted()).toEqual([loser, given!.attempt.holdId].toSorted());
});
