import request from 'supertest';
import { rebuildDrop } from '../../proof/rebuild-drop.ts';
import { archivePartition } from '../../shared/ledger/archive-partition.ts';
import { createReport } from '../../proof/violation.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { cancelSale, endDrop } from '../duties/end-drops.ts';
import { mendDrop } from '../duties/mend-drop.ts';
import { retireDrop } from '../drops/retire-drops.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertDrop } from '../../testing/insert-drop.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefund } from '../orders/request-refund.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

type Shown = { id: string; eventId: number; status: string; seats: { id: string; ticket?: string }[] };
type Bought = { drop: Drop; buyer: TestUser; order: Shown; seats: string[] };

/** An order of `quantity` seats in a drop of four. */
async function buy(quantity: number, on?: Drop): Promise<Bought> {
  const drop = on ?? (await system.openDrop(4));
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, quantity);
  expect((await payHold(system.deps, place, hold, { token: system.cards.approved })).kind).toBe('paid');
  const { body } = await request(system.app).get(`/api/orders/${hold.holdId}`).set(buyer.bearer).expect(200);
  return { drop, buyer, order: body as Shown, seats: hold.seats };
}

/** Lets the holder of this seat's ticket in. */
async function use({ order }: Bought, seat: string): Promise<void> {
  await scan({ order }, seat).expect(200);
}

function scan({ order }: Pick<Bought, 'order'>, seat: string) {
  const code = order.seats.find(({ id }) => id === seat)!.ticket;
  return request(system.app)
    .post(`/api/events/${order.eventId}/check-ins`)
    .set(system.organizer.bearer)
    .send({ code });
}

const refund = ({ order }: Bought, body?: object) =>
  request(system.app).post(`/api/orders/${order.id}/refund`).set(system.organizer.bearer).send(body);

async function stateOf({ drop, order, buyer }: Bought) {
  const place = { dropId: drop.id, partition: 0 };
  const rows: { seat_id: string; withheld_at: Date | null }[] = await system
    .db('sold_seats')
    .where({ order_id: order.id })
    .orderBy('seat_id');
  const [map] = await system.inventory.seatMap(drop);
  const { free, sold } = (await system.inventory.counts(drop))!;
  return {
    inMysql: rows.map(({ seat_id, withheld_at }) => `${seat_id}${withheld_at ? ' withheld' : ''}`),
    map,
    free,
    sold,
    buyer: (await system.inventory.view(place, buyer.userId)).kind,
    charges: (await system.chargesOf(order.id)).map(({ refunds }) => refunds),
  };
}

/** Expects that MySQL, Redis and the ledger of a drop agree. */
async function expectConsistent({ id }: Drop): Promise<void> {
  const drop = (await loadDrop(system.db, id))!;
  const { violations, report } = createReport();
  await verifyDrop(system.deps, drop, report);
  expect(violations).toEqual([]);
}

/** The row as a string, with these seats sold. */
const drawn = (sold: readonly string[]) =>
  Array.from({ length: 4 }, (_, index) => (sold.includes(`0.${index + 1}`) ? 's' : '.')).join('');

test('an order of which a ticket was used is not refunded, and the seats in question are named', async () => {
  const bought = await buy(2);
  const [used = '', other = ''] = bought.seats;
  await use(bought, used);
  for (const body of [undefined, {}, { force: false }]) {
    const answer = await refund(bought, body).expect(409);
    expect(answer.body).toMatchObject({
      code: 'already_checked_in',
      seats: [{ id: used, section: 'Stalls', row: '1', checkedInAt: expect.any(String) as string }],
    });
  }
  expect(await stateOf(bought)).toMatchObject({
    inMysql: [...bought.seats].toSorted(),
    sold: 2,
    buyer: 'sold',
    charges: [0],
  });
  // The other ticket is still valid.
  await use(bought, other);
});

test('forced, the money goes back: seats of used tickets stay sold, the others are on sale again', async () => {
  const bought = await buy(3);
  const [used = ''] = bought.seats;
  await use(bought, used);
  expect((await refund(bought, { force: true }).expect(200)).body).toMatchObject({ status: 'refunded' });
  expect(await stateOf(bought)).toEqual({
    inMysql: [`${used} withheld`],
    map: drawn([used]),
    free: 3,
    sold: 1,
    buyer: 'released',
    charges: [1],
  });
  await expectConsistent(bought.drop);
  // Safe to repeat, with or without `force`.
  await refund(bought, { force: true }).expect(200);
  await refund(bought).expect(200);
  expect(await stateOf(bought)).toMatchObject({ sold: 1, free: 3, charges: [1] });
  for (const seat of bought.seats)
    expect((await scan(bought, seat).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });

  const next = await buy(3, bought.drop);
  expect(next.seats).not.toContain(used);
  await expectConsistent(bought.drop);
  const { body } = await request(system.app)
    .get(`/api/drops/${bought.drop.id}/orders`)
    .set(system.organizer.bearer)
    .expect(200);
  const shown = (body as { items: Shown[] }).items.find(({ id }) => id === bought.order.id)!;
  expect(shown.seats.filter((seat) => 'withheld' in seat).map(({ id }) => id)).toEqual([used]);
  const counts = await request(system.app)
    .get(`/api/events/${bought.order.eventId}/check-ins`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(counts.body).toMatchObject({ sold: 4, checkedIn: 1 });
  const report = await request(system.app)
    .get(`/api/drops/${bought.drop.id}/report`)
    .set(system.organizer.bearer)
    .expect(200);
  expect(report.body).toMatchObject({ seatsSold: 4, seatsWithheld: 1, orders: 1 });
});

test('an order whose tickets were all used keeps all its seats', async () => {
  const bought = await buy(2);
  for (const seat of bought.seats) await use(bought, seat);
  await refund(bought, { force: true }).expect(200);
  expect(await stateOf(bought)).toMatchObject({ sold: 2, free: 2, buyer: 'released', charges: [1] });
  await expectConsistent(bought.drop);
});

test('nothing else may be asked of a refund', async () => {
  const bought = await buy(1);
  for (const body of [{ seats: ['7.1'] }, { force: 'yes' }, { force: true, more: 1 }, []])
    expect((await refund(bought, body).expect(422)).body).toMatchObject({ code: 'invalid_request' });
  expect(await stateOf(bought)).toMatchObject({ sold: 1, charges: [0] });
});

test('somebody is let in or the order is refunded, never both', async () => {
  for (let round = 0; round < 8; round += 1) {
    const bought = await buy(1);
    const [answer, used] = await Promise.all([
      scan(bought, bought.seats[0]!),
      requestRefund(system.db, bought.order.id, { force: false }),
    ]);
    const row = await system
      .db<{ id: string; status: string }>('orders')
      .where({ id: bought.order.id })
      .first();
    const isIn = answer.status === 200;
    expect([isIn, used.length, row?.status]).toEqual(isIn ? [true, 1, 'paid'] : [false, 0, 'refund_due']);
  }
});

test('while it is locked for one of the two, the other waits', async () => {
  const bought = await buy(1);
  const { id } = bought.order;
  const trx = await system.db.transaction();
  await trx('orders').where({ id }).forUpdate().select('id');
  const scanning = scan(bought, bought.seats[0]!).then(({ status }) => status);
  const refunding = requestRefund(system.db, id, { force: false });
  const first = await Promise.race([scanning, refunding, new Promise((r) => setTimeout(r, 300, 'none'))]);
  expect(first).toBe('none');
  await trx.rollback();
  const [status, used] = await Promise.all([scanning, refunding]);
  expect([200, 409]).toContain(status);
  expect(used).toHaveLength(status === 200 ? 1 : 0);
});

test('cancelling a drop refunds used tickets, too', async () => {
  const bought = await buy(2);
  const [used = ''] = bought.seats;
  await use(bought, used);
  await system.db('drops').where({ id: bought.drop.id }).update({ cancelled_at: new Date() });
  await cancelSale(system.deps, bought.drop);
  await advanceRefund(system.deps, bought.order.id);
  expect(await stateOf(bought)).toMatchObject({
    inMysql: [`${used} withheld`],
    sold: 1,
    free: 3,
    charges: [1],
  });
  await expectConsistent(bought.drop);
});

test.each([
  ['before the drop is cancelled', async (bought: Bought) => refund(bought, { force: true }).expect(200)],
  ['because the drop is cancelled', () => Promise.resolve()],
])('a seat withheld %s can be sold by the drop that takes its place', async (_when, refundFirst) => {
  const bought = await buy(1);
  const [used = ''] = bought.seats;
  await use(bought, used);
  await refundFirst(bought);
  const cancel = `/api/drops/${bought.drop.id}/cancel`;
  await request(system.app).post(cancel).set(system.organizer.bearer).expect(200);
  await advanceRefund(system.deps, bought.order.id);
  expect((await stateOf(bought)).inMysql).toEqual([`${used} withheld`]);

  const { eventId, sections } = bought.drop;
  const next = await insertDrop(system.db, eventId, { sections, stocked: true });
  await system.inventory.stock(next);
  expect((await buy(1, next)).seats).toEqual([used]);
});

describe('a seat that is withheld stays so', () => {
  async function withheld() {
    const bought = await buy(2);
    const [used = ''] = bought.seats;
    await use(bought, used);
    return { bought, used, place: { dropId: bought.drop.id, partition: 0 } };
  }

  test('when the process dies before Redis hears of the refund', async () => {
    const { bought, used } = await withheld();
    const gone = new Error('gone');
    const inventory = { ...system.deps.inventory, reopen: () => Promise.reject(gone) };
    await requestRefund(system.db, bought.order.id, { force: true });
    await expect(advanceRefund({ ...system.deps, inventory }, bought.order.id)).rejects.toBe(gone);
    expect(await stateOf(bought)).toMatchObject({ inMysql: [`${used} withheld`], sold: 2 });
    await advanceRefund(system.deps, bought.order.id);
    expect(await stateOf(bought)).toMatchObject({ sold: 1, free: 3 });
    await expectConsistent(bought.drop);
  });

  test('when Redis has forgotten the refund', async () => {
    const { bought, used, place } = await withheld();
    const keys = system.inventory.keys;
    const dump = await system.redis.dumpBuffer(keys.key(place, 'holds'));
    await refund(bought, { force: true }).expect(200);
    // Like a replica that takes over without the latest changes.
    await system.redis.restore(keys.key(place, 'holds'), 0, dump, 'REPLACE');
    await system.redis.hset(keys.key(place, 'rows'), '0', drawn(bought.seats));
    await system.redis.hset(keys.key(place, 'meta'), { sold: 2, free: 2 });
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject({ refunds: 1, unexplained: [] });
    expect(await stateOf(bought)).toMatchObject({ map: drawn([used]), sold: 1, free: 3 });
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject({
      refunds: 0,
      sales: 0,
      unexplained: [],
    });
  });

  test('when Redis has forgotten the order', async () => {
    const { bought, used, place } = await withheld();
    await refund(bought, { force: true }).expect(200);
    const keys = system.inventory.keys;
    await system.redis.hdel(keys.key(place, 'holds'), bought.order.id);
    await system.redis.hset(keys.key(place, 'rows'), '0', '....');
    await system.redis.hset(keys.key(place, 'meta'), { sold: 0, free: 4 });
    // Meanwhile another buyer gets a hold on all seats.
    const other = await system.user();
    const { hold } = await system.hold(bought.drop, other, 4);
    expect(hold.seats).toContain(used);
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject({
      sales: 1,
      yielded: 1,
      unexplained: [],
    });
    expect(await stateOf(bought)).toMatchObject({ map: drawn([used]), sold: 1, free: 3 });
  });

  test('when somebody pays for it whom Redis gave it to: the money goes back, and the seat is no longer offered', async () => {
    const { bought, used, place } = await withheld();
    await refund(bought, { force: true }).expect(200);
    const keys = system.inventory.keys;
    await system.redis.hdel(keys.key(place, 'holds'), bought.order.id);
    await system.redis.hset(keys.key(place, 'rows'), '0', '....');
    await system.redis.hset(keys.key(place, 'meta'), { sold: 0, free: 4 });
    const other = await system.user();
    const { hold } = await system.hold(bought.drop, other, 4);
    expect((await payHold(system.deps, place, hold, { token: system.cards.approved })).kind).toBe(
      'seats_lost',
    );
    expect((await system.chargesOf(hold.holdId)).map(({ refunds }) => refunds)).toEqual([1]);
    expect(await stateOf(bought)).toMatchObject({ map: drawn([used]), sold: 1, free: 3 });
  });

  test.each([true, false])('when Redis is rebuilt, with its refund archived: %s', async (isArchived) => {
    const { bought, used, place } = await withheld();
    if (!isArchived) await archivePartition(system.deps, place);
    await refund(bought, { force: true }).expect(200);
    if (isArchived) await archivePartition(system.deps, place);
    await system.redis.unlink(...system.inventory.keys.all(place));
    expect(await rebuildDrop(system.deps, bought.drop)).toMatchObject({ kind: 'rebuilt', notRestored: [] });
    expect(await stateOf(bought)).toMatchObject({ map: drawn([used]), sold: 1, free: 3 });
    expect(await mendDrop(system.deps, bought.drop, 0)).toMatchObject({
      sales: 0,
      refunds: 0,
      unexplained: [],
    });
    await expectConsistent(bought.drop);
    expect(await system.inventory.reopen(place, bought.order.id)).toMatchObject({ kind: 'settled' });
  });
});

test('after the drop has ended and Redis was given back, used seats are withheld, once', async () => {
  const bought = await buy(2);
  const { drop, order, buyer } = bought;
  const [used = ''] = bought.seats;
  const place = { dropId: drop.id, partition: 0 };
  await use(bought, used);
  const closesAt = new Date(Date.now() - 3_600_000);
  await system.db('drops').where({ id: drop.id }).update({ closes_at: closesAt });
  await system.inventory.close(place, closesAt.getTime(), []);
  expect(await endDrop(system.deps, (await loadDrop(system.db, drop.id))!)).toBe('done');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');

  await refund(bought, { force: true }).expect(200);
  // The process died before MySQL recorded that the seats came free, and Redis has lost the hold since.
  await system.db('orders').where({ id: order.id }).update({ reopened_at: null });
  await system.db('refunds').where({ order_id: order.id }).update({ reopened_at: null });
  await system.redis.unlink(system.inventory.keys.key(place, 'holds'));
  await advanceRefund(system.deps, order.id);

  expect(await system.inventory.counts(drop)).toMatchObject({ free: 3, sold: 1 });
  const kept: object[] = await system.db('sold_seats').where({ order_id: order.id }).select('seat_id');
  expect(kept).toEqual([{ seat_id: used }]);
  expect((await system.chargesOf(order.id)).map(({ refunds }) => refunds)).toEqual([1]);
  const { body } = await request(system.app).get(`/api/drops/${drop.id}/entry`).set(buyer.bearer).expect(200);
  expect(body).toMatchObject({ status: 'released', reason: 'refunded' });
  await archivePartition(system.deps, place);
  await expectConsistent(drop);
  await system.redis.unlink(...system.inventory.keys.all(place));
  expect(await rebuildDrop(system.deps, drop)).toMatchObject({ kind: 'rebuilt', notRestored: [] });
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 3, sold: 1 });
  await expectConsistent(drop);
});

test('a seat that is withheld by one of the books only is found', async () => {
  const bought = await buy(2);
  await use(bought, bought.seats[0]!);
  await refund(bought, { force: true }).expect(200);
  await system.db('sold_seats').where({ order_id: bought.order.id }).delete();
  const { violations, report } = createReport();
  await verifyDrop(system.deps, bought.drop, report);
  expect(violations.map(({ what }) => what)).toContain(
    `of order ${bought.order.id} other refunded seats are withheld than MySQL has`,
  );
});
