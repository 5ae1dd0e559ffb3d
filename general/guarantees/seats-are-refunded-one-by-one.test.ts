import request from 'supertest';
import { rebuildDrop } from '../../proof/rebuild-drop.ts';
import { createReport } from '../../proof/violation.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { archivePartition } from '../../shared/ledger/archive-partition.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { hearNews } from '../../testing/news.ts';
import { eventually } from '../../testing/eventually.ts';
import { payHold } from '../checkout/pay-hold.ts';
import type { Deps } from '../deps.ts';
import { endDrop } from '../duties/end-drops.ts';
import { mendDrop } from '../duties/mend-drop.ts';
import { retireDrop } from '../drops/retire-drops.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefund, requestRefunds } from '../orders/request-refund.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

type Shown = {
  id: string;
  eventId: number;
  status: string;
  refunded: { amount: number };
  seats: { id: string; state: string; ticket?: string }[];
  refunds: { seats: string[]; amount: { amount: number }; status: string }[];
};
type Bought = Awaited<ReturnType<typeof buy>>;

/** An order of `quantity` seats, 45.00 each, in a drop of four. */
async function buy(quantity: number, on?: Drop) {
  const drop = on ?? (await system.openDrop(4));
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, quantity);
  expect((await payHold(system.deps, place, hold, { token: system.cards.approved })).kind).toBe('paid');
  const order = await orderOf(hold.holdId, buyer);
  const [first = '', second = '', third = ''] = hold.seats;
  return { drop, place, buyer, order, id: hold.holdId, seats: hold.seats, first, second, third };
}

const orderOf = async (id: string, who: TestUser) =>
  (await request(system.app).get(`/api/orders/${id}`).set(who.bearer).expect(200)).body as Shown;
const refund = ({ id }: Pick<Bought, 'id'>, body?: object) =>
  request(system.app).post(`/api/orders/${id}/refund`).set(system.organizer.bearer).send(body);

function scan({ order }: Pick<Bought, 'order'>, seat: string) {
  const code = order.seats.find(({ id }) => id === seat)!.ticket;
  return request(system.app)
    .post(`/api/events/${order.eventId}/check-ins`)
    .set(system.organizer.bearer)
    .send({ code });
}

async function stateOf({ drop, id }: Pick<Bought, 'drop' | 'id'>) {
  const rows: { seat_id: string; withheld_at: Date | null }[] = await system
    .db('sold_seats')
    .where({ order_id: id })
    .orderBy('seat_id');
  const [map] = await system.inventory.seatMap(drop);
  const { free, sold } = (await system.inventory.counts(drop))!;
  const [charge] = await system.chargesOf(id);
  return {
    owned: rows.filter((row) => row.withheld_at === null).map(({ seat_id }) => seat_id),
    withheld: rows.filter((row) => row.withheld_at !== null).map(({ seat_id }) => seat_id),
    map,
    free,
    sold,
    givenBack: charge?.givenBack,
  };
}

/** The row as a string, with these seats sold. */
const drawn = (sold: readonly string[]) =>
  Array.from({ length: 4 }, (_, index) => (sold.includes(`0.${index + 1}`) ? 's' : '.')).join('');
const sorted = (seats: readonly string[]) => seats.toSorted();

/** Expects that MySQL, Redis and the ledger of a drop agree. */
async function expectConsistent({ id }: Drop): Promise<void> {
  const drop = (await loadDrop(system.db, id))!;
  const { violations, report } = createReport();
  await verifyDrop(system.deps, drop, report);
  expect(violations).toEqual([]);
}

const entryOf = async (drop: Drop, who: TestUser) =>
  (await request(system.app).get(`/api/drops/${drop.id}/entry`).set(who.bearer).expect(200)).body as object;
const report = async ({ id }: Drop) =>
  (await request(system.app).get(`/api/drops/${id}/report`).set(system.organizer.bearer).expect(200))
    .body as object;

test('one seat goes back on sale with its money, and the order keeps the others', async () => {
  const bought = await buy(3);
  const { drop, buyer, id, first, second, third } = bought;
  const news = await hearNews(system.redis, system.inventory.keys, drop.id);
  const { body } = await refund(bought, { seats: [second] }).expect(200);
  const seatStates = (order: Shown) => Object.fromEntries(order.seats.map((seat) => [seat.id, seat.state]));
  expect(body).toMatchObject({
    status: 'paid',
    amount: { amount: 13500 },
    refunded: { amount: 4500 },
    refunds: [{ number: 1, status: 'done', seats: [second], amount: { amount: 4500 }, reason: 'organizer' }],
  });
  expect(seatStates(body as Shown)).toEqual({ [first]: 'valid', [second]: 'refunded', [third]: 'valid' });
  expect(await stateOf(bought)).toMatchObject({
    owned: sorted([first, third]),
    map: drawn([first, third]),
    free: 2,
    sold: 2,
    givenBack: 4500,
  });
  await eventually(() => news.forBuyer(buyer.userId).length > 0);
  await news.stop();
  expect(news.forBuyer(buyer.userId)).toMatchObject([
    { event: 'order:paid', entry: { status: 'sold', seats: [first, third], orderId: id } },
  ]);
  expect(await entryOf(drop, buyer)).toMatchObject({ status: 'sold', seats: [first, third] });
  const own = await orderOf(id, buyer);
  expect(own.seats.filter(({ ticket }) => ticket !== undefined).map((seat) => seat.id)).toEqual(
    sorted([first, third]),
  );
  expect(await report(drop)).toMatchObject({
    seatsSold: 2,
    orders: 1,
    revenue: { amount: 9000 },
    refunds: { amount: 4500 },
    conversion: { refunded: 0 },
  });
  await expectConsistent(drop);

  // The rest in one go, without naming it.
  expect((await refund(bought).expect(200)).body).toMatchObject({
    status: 'refunded',
    refunded: { amount: 13500 },
  });
  expect(await stateOf(bought)).toMatchObject({ owned: [], map: '....', free: 4, sold: 0, givenBack: 13500 });
  expect(await entryOf(drop, buyer)).toMatchObject({ status: 'released', reason: 'refunded' });
  expect(await report(drop)).toMatchObject({
    orders: 0,
    revenue: { amount: 0 },
    refunds: { amount: 13500 },
    conversion: { refunded: 1 },
  });
  const csv = await request(system.app)
    .get(`/api/drops/${drop.id}/report.csv`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(csv.text).toContain('"135.00","EUR","refunded"');
  expect(csv.text).toMatch(/,"135\.00","Stalls row 1 seat \d; [^"]+",/);
  const mails: { payload: unknown }[] = await system.db('outbox').where({ topic: 'order-refunded' });
  expect(mails.filter(({ payload }) => JSON.stringify(payload).includes(id))).toHaveLength(2);
  await expectConsistent(drop);
  expect((await buy(4, drop)).seats).toHaveLength(4);
});

test('the same seats again are refused, and nothing is given back twice', async () => {
  const bought = await buy(3);
  const { first, second } = bought;
  await refund(bought, { seats: [first] }).expect(200);
  for (const seats of [[first], [second, first]])
    expect((await refund(bought, { seats }).expect(409)).body).toMatchObject({
      code: 'already_refunded',
      seats: [first],
    });
  expect(await stateOf(bought)).toMatchObject({ sold: 2, free: 2, givenBack: 4500 });
  await refund(bought).expect(200);
  await refund(bought).expect(200);
  expect(await stateOf(bought)).toMatchObject({ sold: 0, free: 4, givenBack: 13500 });
  await expectConsistent(bought.drop);
});

test('what is no seat of the order, or no list of seats, is refused and changes nothing', async () => {
  const bought = await buy(2);
  const [other = ''] = ['0.1', '0.2', '0.3', '0.4'].filter((seat) => !bought.seats.includes(seat));
  const bad = [
    { seats: [] },
    { seats: [bought.first, bought.first] },
    { seats: [other] },
    { seats: [bought.first, '7.1'] },
    { seats: ['first'] },
    { seats: bought.first },
    { seats: [1] },
    { seats: null },
    { seats: [bought.first], amount: 1 },
  ];
  for (const body of bad)
    expect((await refund(bought, body).expect(422)).body).toMatchObject({ code: 'invalid_request' });
  expect(await stateOf(bought)).toMatchObject({ sold: 2, givenBack: 0 });
  expect(await system.db('refunds').where({ order_id: bought.id })).toEqual([]);
});

test('the seats of an order are refunded at the same time without mixing, and each once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const bought = await buy(3);
    const { first, second, third } = bought;
    const answers = await Promise.all([
      refund(bought, { seats: [first] }),
      refund(bought, { seats: [second] }),
      refund(bought, { seats: [second, third] }),
    ]);
    const [one, two, three] = answers.map(({ status }) => status);
    expect(one).toBe(200);
    expect(new Set([two, three])).toEqual(new Set([200, 409]));
    const gone = two === 200 ? [first, second] : [first, second, third];
    await createRefunding(system.deps)();
    expect(await stateOf(bought)).toMatchObject({
      owned: sorted(bought.seats.filter((seat) => !gone.includes(seat))),
      free: 1 + gone.length,
      givenBack: 4500 * gone.length,
    });
    await expectConsistent(bought.drop);
  }
});

test('two processes that carry out one refund at the same time give back once, and send one mail', async () => {
  const bought = await buy(2);
  const { id, drop, first } = bought;
  await requestRefund(system.db, id, { seats: [first], force: false });
  let asked = 0;
  let both: () => void = () => {};
  const bothHaveAsked = new Promise<void>((resolve) => (both = resolve));
  const payments: Deps['payments'] = {
    ...system.deps.payments,
    async refund(part) {
      const result = await system.deps.payments.refund(part);
      asked += 1;
      if (asked === 2) both();
      await bothHaveAsked;
      return result;
    },
  };
  const deps = { ...system.deps, payments };
  expect(await Promise.all([advanceRefund(deps, id), advanceRefund(deps, id)])).toEqual(['done', 'done']);
  expect(await stateOf(bought)).toMatchObject({ free: 3, sold: 1, givenBack: 4500 });
  const mails: { payload: unknown }[] = await system.db('outbox').where({ topic: 'order-refunded' });
  expect(mails.filter(({ payload }) => JSON.stringify(payload).includes(id))).toHaveLength(1);
  await expectConsistent(drop);
});

test('first come, first served in standby get the seat; after closing nobody does', async () => {
  for (const isClosed of [false, true]) {
    const bought = await buy(2, await system.openDrop(2));
    const { drop, place, first } = bought;
    const waiting = await system.user();
    const batch = { id: newBatchId(), packed: `${waiting.userId}:1` };
    await system.inventory.claim(place, batch, { mayBorrow: false });
    if (isClosed) {
      const closes = { closes_at: new Date(Date.now() - 1) };
      await system.db('drops').where({ id: drop.id }).update(closes);
      await system.inventory.stock((await loadDrop(system.db, drop.id))!, { again: true });
    }
    await refund(bought, { seats: [first] }).expect(200);
    expect(await entryOf(drop, waiting)).toMatchObject(
      isClosed ? { status: 'released', reason: 'closed' } : { status: 'held', seats: [first] },
    );
    expect(await system.inventory.counts(drop)).toMatchObject(
      isClosed ? { free: 1, held: 0, sold: 1 } : { free: 0, held: 1, sold: 1 },
    );
  }
});

test('a void ticket lets nobody in, the others do', async () => {
  const bought = await buy(2);
  const { first, second } = bought;
  await refund(bought, { seats: [first] }).expect(200);
  expect((await scan(bought, first).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });
  await scan(bought, second).expect(200);
  const counts = await request(system.app)
    .get(`/api/events/${bought.order.eventId}/check-ins`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(counts.body).toMatchObject({ sold: 1, checkedIn: 1 });
});

test('a used ticket keeps only its own seat: others are refunded, it is only by force, and stays sold', async () => {
  const bought = await buy(3);
  const { drop, first, second, third } = bought;
  await scan(bought, first).expect(200);
  await refund(bought, { seats: [second] }).expect(200);
  expect((await refund(bought, { seats: [first] }).expect(409)).body).toMatchObject({
    code: 'already_checked_in',
    seats: [{ id: first }],
  });
  await refund(bought, { seats: [first], force: true }).expect(200);
  expect(await stateOf(bought)).toMatchObject({
    owned: [third],
    withheld: [first],
    map: drawn([first, third]),
    free: 2,
    givenBack: 9000,
  });
  expect(await report(drop)).toMatchObject({ seatsSold: 2, seatsWithheld: 1 });
  await expectConsistent(drop);
  expect(await mendDrop(system.deps, drop, 0)).toMatchObject({ sales: 0, refunds: 0, unexplained: [] });

  await refund(bought).expect(200);
  expect(await stateOf(bought)).toMatchObject({
    owned: [],
    withheld: [first],
    map: drawn([first]),
    givenBack: 13500,
  });
  await expectConsistent(drop);
});

test('an amount that does not divide is given back to the last cent', async () => {
  const bought = await buy(3);
  const { id, first, second, third } = bought;
  await system.db('orders').where({ id }).update({ amount: 10_000 });
  await system.db('payment_attempts').where({ hold_id: id }).update({ amount: 10_000 });
  const given: number[] = [];
  for (const seat of [third, first, second]) {
    const { body } = await refund(bought, { seats: [seat] }).expect(200);
    given.push((body as Shown).refunds.at(-1)!.amount.amount);
  }
  expect(given.reduce((sum, amount) => sum + amount)).toBe(10_000);
  expect(given.toSorted((a, b) => a - b)).toEqual([3333, 3333, 3334]);
});

describe('killed', () => {
  /** Dependencies with which the process dies at a call, before or after it is carried out. */
  function dyingAt(what: 'payments' | 'inventory', method: string, when: 'before' | 'after'): Deps {
    const target = system.deps[what] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const dies = async (...args: unknown[]) => {
      if (when === 'after') await target[method]!(...args);
      throw new Error('killed');
    };
    return { ...system.deps, [what]: { ...target, [method]: dies } };
  }

  test.each([
    ['before the provider is asked', 'payments', 'refund', 'before'],
    ['after the provider gave the money back, before MySQL', 'payments', 'refund', 'after'],
    ['after MySQL has it, before Redis', 'inventory', 'reopen', 'before'],
    ['after the seats are back on sale', 'inventory', 'reopen', 'after'],
  ] as const)('%s, the refund of some seats is finished by the duty', async (_, what, method, when) => {
    const bought = await buy(3);
    const { id, drop, first, second, third } = bought;
    await requestRefund(system.db, id, { seats: [first], force: false });
    await expect(advanceRefund(dyingAt(what, method, when), id)).rejects.toThrow('killed');
    // Meanwhile the next refund of the order is asked for.
    await requestRefund(system.db, id, { seats: [second], force: false });
    await createRefunding(system.deps)();
    expect(await stateOf(bought)).toMatchObject({
      owned: [third],
      map: drawn([third]),
      free: 3,
      givenBack: 9000,
    });
    await createRefunding(system.deps)();
    expect(await stateOf(bought)).toMatchObject({ free: 3, givenBack: 9000 });
    await expectConsistent(drop);
  });

  test('while the drop is cancelled: what is left is refunded, and what was refunded before is not again', async () => {
    const bought = await buy(3);
    const { id, drop, first } = bought;
    await requestRefund(system.db, id, { seats: [first], force: false });
    await expect(advanceRefund(dyingAt('inventory', 'reopen', 'before'), id)).rejects.toThrow('killed');
    await requestRefunds(system.db, { drop_id: drop.id });
    await createRefunding(system.deps)();
    expect(await stateOf(bought)).toMatchObject({ owned: [], free: 4, givenBack: 13500 });
    expect(await orderOf(id, bought.buyer)).toMatchObject({ status: 'refunded', refunds: [{}, {}] });
    await expectConsistent(drop);
  });
});

describe('what Redis has lost of it', () => {
  async function partly() {
    const bought = await buy(3);
    await scan(bought, bought.first).expect(200);
    const { place } = bought;
    const { keys } = system.inventory;
    const holds = await system.redis.dumpBuffer(keys.key(place, 'holds'));
    const goBack = async () => {
      await system.redis.restore(keys.key(place, 'holds'), 0, holds, 'REPLACE');
      await system.redis.hset(keys.key(place, 'rows'), '0', drawn(bought.seats));
      await system.redis.hset(keys.key(place, 'meta'), { sold: 3, free: 1 });
    };
    return { ...bought, goBack };
  }
  const afterwards = ({ first, third }: Bought) => ({
    owned: [third],
    withheld: [first],
    map: drawn([first, third]),
    sold: 2,
    free: 2,
  });
  const nothingLeft = { sales: 0, refunds: 0, yielded: 0, unexplained: [] };

  test('is repeated: that the seats were refunded', async () => {
    const bought = await partly();
    await refund(bought, { seats: [bought.first, bought.second], force: true }).expect(200);
    expect(await stateOf(bought)).toMatchObject(afterwards(bought));
    await bought.goBack();
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject({ refunds: 1, unexplained: [] });
    expect(await stateOf(bought)).toMatchObject(afterwards(bought));
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject(nothingLeft);
  });

  test('is taken from MySQL: the order, without the seats that were refunded', async () => {
    const bought = await partly();
    const { drop, place, id } = bought;
    await refund(bought, { seats: [bought.first, bought.second], force: true }).expect(200);
    const { keys } = system.inventory;
    await system.redis.hdel(keys.key(place, 'holds'), id);
    await system.redis.hset(keys.key(place, 'rows'), '0', '....');
    await system.redis.hset(keys.key(place, 'meta'), { sold: 0, free: 4 });
    const other = await system.user();
    await system.hold(drop, other, 4);
    expect(await mendDrop(system.deps, drop, 0)).toMatchObject({ yielded: 1, unexplained: [] });
    expect(await stateOf(bought)).toMatchObject(afterwards(bought));
    expect(await mendDrop(system.deps, drop, 0)).toMatchObject(nothingLeft);
    // The rest is refunded like any order.
    await refund(bought).expect(200);
    expect(await stateOf(bought)).toMatchObject({ owned: [], map: drawn([bought.first]), sold: 1 });
    expect(await mendDrop(system.deps, drop, 0)).toMatchObject(nothingLeft);
  });

  test.each([true, false])('is rebuilt, with the refund archived: %s', async (isArchived) => {
    const bought = await partly();
    const { drop, place, id } = bought;
    if (!isArchived) await archivePartition(system.deps, place);
    await refund(bought, { seats: [bought.first, bought.second], force: true }).expect(200);
    if (isArchived) await archivePartition(system.deps, place);
    await system.redis.unlink(...system.inventory.keys.all(place));
    expect(await rebuildDrop(system.deps, drop)).toMatchObject({ kind: 'rebuilt', notRestored: [] });
    expect(await stateOf(bought)).toMatchObject(afterwards(bought));
    expect(await mendDrop(system.deps, drop, 0)).toMatchObject(nothingLeft);
    expect(await entryOf(drop, bought.buyer)).toMatchObject({ status: 'sold', seats: [bought.third] });
    await expectConsistent(drop);
    await system.inventory.completePayment(place, {
      holdId: id,
      buyerId: bought.buyer.userId,
      seats: bought.seats,
    });
    expect(await stateOf(bought)).toMatchObject(afterwards(bought));
    await refund(bought).expect(200);
    expect(await stateOf(bought)).toMatchObject({ map: drawn([bought.first]), sold: 1, free: 3 });
    await expectConsistent(drop);
  });

  test('and a late message about its payment does not sell what was refunded', async () => {
    const bought = await buy(3);
    const { drop, place, id, buyer, seats } = bought;
    await refund(bought, { seats: [bought.first] }).expect(200);
    const next = await buy(1, drop);
    await system.inventory.completePayment(place, { holdId: id, buyerId: buyer.userId, seats });
    expect(await entryOf(drop, buyer)).toMatchObject({ seats: [bought.second, bought.third] });
    expect(await entryOf(drop, next.buyer)).toMatchObject({ status: 'sold', seats: next.seats });
    await expectConsistent(drop);
  });
});

test('after the drop has ended and Redis was given back, each seat is counted once', async () => {
  const bought = await buy(3);
  const { drop, place, id, buyer, first, second, third } = bought;
  await refund(bought, { seats: [first] }).expect(200);
  const closesAt = new Date(Date.now() - 3_600_000);
  await system.db('drops').where({ id: drop.id }).update({ closes_at: closesAt });
  await system.inventory.close(place, closesAt.getTime(), []);
  expect(await endDrop(system.deps, (await loadDrop(system.db, drop.id))!)).toBe('done');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');

  const { keys } = system.inventory;
  const expectCounts = async (free: number) =>
    expect(await system.inventory.counts(drop)).toMatchObject({ free, sold: 4 - free });
  await refund(bought, { seats: [second] }).expect(200);
  await expectCounts(3);
  expect(await entryOf(drop, buyer)).toMatchObject({ status: 'sold', seats: [third] });
  // Killed before MySQL recorded it, with and without what Redis keeps of the hold for a day.
  for (const forget of [async () => {}, () => system.redis.unlink(keys.key(place, 'holds'))]) {
    await forget();
    await system.db('refunds').where({ order_id: id, number: 2 }).update({ reopened_at: null });
    await createRefunding(system.deps)();
    await expectCounts(3);
  }
  await refund(bought).expect(200);
  await expectCounts(4);
  expect(await entryOf(drop, buyer)).toMatchObject({ status: 'released', reason: 'refunded' });
  await archivePartition(system.deps, place);
  await expectConsistent(drop);
});

test('a refund that the provider does not carry out is shown with its reason, and is made once it can be', async () => {
  const bought = await buy(2);
  const { drop, id, first, second } = bought;
  const refuse = { kind: 'failed' as const, reason: 'insufficient_funds' };
  const payments = { ...system.deps.payments, refund: () => Promise.resolve(refuse) };
  await requestRefund(system.db, id, { seats: [first], force: false });
  const refunding = createRefunding({ ...system.deps, payments });
  await refunding();
  const listed = async () => {
    const path = `/api/drops/${drop.id}/orders`;
    const { body } = await request(system.app).get(path).set(system.organizer.bearer).expect(200);
    return (body as { items: (Shown & { refunds: object[] })[] }).items.find((order) => order.id === id)!;
  };
  expect(await listed()).toMatchObject({
    status: 'paid',
    refunded: { amount: 0 },
    refunds: [{ status: 'due', failure: { reason: 'insufficient_funds', tries: 1 } }],
  });
  expect((await orderOf(id, system.organizer)).refunds).toMatchObject([
    { failure: { reason: 'insufficient_funds' } },
  ]);
  // Its buyer is not told why.
  expect((await orderOf(id, bought.buyer)).refunds[0]).not.toHaveProperty('failure');
  expect(await stateOf(bought)).toMatchObject({ owned: sorted([first, second]), sold: 2, givenBack: 0 });
  expect((await scan(bought, first).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });
  await expectConsistent(drop);

  await createRefunding(system.deps)();
  const [done] = (await listed()).refunds;
  expect(done).toMatchObject({ status: 'done' });
  expect(done).not.toHaveProperty('failure');
  expect(await stateOf(bought)).toMatchObject({ owned: [second], givenBack: 4500 });
  await expectConsistent(drop);
});

test('an order that the previous version refunds as a whole is given back once, and is complete', async () => {
  const bought = await buy(2);
  const { id, drop, place } = bought;
  // It marks the order and refunds it without a row of its own.
  await system.db('orders').where({ id }).update({ status: 'refunded' });
  await system.db('payment_attempts').where({ hold_id: id }).update({ status: 'refunded' });
  await system.db('sold_seats').where({ order_id: id }).delete();
  await createRefunding(system.deps)();
  expect(await stateOf(bought)).toMatchObject({ free: 4, sold: 0, givenBack: 0 });
  expect(await orderOf(id, bought.buyer)).toMatchObject({ status: 'refunded', refunded: { amount: 9000 } });
  expect(await system.inventory.reopen(place, id)).toMatchObject({ kind: 'settled' });
  await expectConsistent(drop);
});
