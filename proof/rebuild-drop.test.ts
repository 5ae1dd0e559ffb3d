import { pino } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop } from '../shared/drops/drop.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { rebuildDrop } from './rebuild-drop.ts';
import { startLedgerSystem, type LedgerSystem } from '../testing/ledger/ledger-system.ts';

let system: LedgerSystem;
beforeAll(async () => {
  system = await startLedgerSystem();
});
afterAll(() => system.close());

const log = pino({ level: 'silent' });
const rebuild = (drop: Drop, options?: { force: boolean }) => rebuildDrop({ ...system, log }, drop, options);
const wipe = async (drop: Drop) => {
  for (const place of places(drop.id, drop.partitions))
    await system.redis.unlink(...system.inventory.keys.all(place));
  await system.redis.hdel(system.inventory.keys.liveDrops, String(drop.id));
};

/** Everything that a script can read, except times. */
async function everything(drop: Drop, users: readonly number[]) {
  const { inventory, redis } = system;
  const stateOf = async (place: Place) => ({
    meta: { ...(await redis.hgetall(inventory.keys.key(place, 'meta'))), restored: '', version: 0 },
    runs: await redis.zrange(inventory.keys.key(place, 'runs'), '0', '-1', 'WITHSCORES'),
    entries: await redis.hgetall(inventory.keys.key(place, 'entries')),
    due: await redis.zrange(inventory.keys.key(place, 'due'), '0', '-1', 'WITHSCORES'),
    paying: await redis.zrange(inventory.keys.key(place, 'paying'), '0', '-1'),
    standby: await redis.zrange(inventory.keys.key(place, 'standby'), '0', '-1', 'WITHSCORES'),
    batches: await redis.hgetall(inventory.keys.key(place, 'batches')),
    order: await redis.lrange(inventory.keys.key(place, 'order'), '0', '-1'),
    sent: await redis.hgetall(inventory.keys.key(place, 'sent')),
    skipped: await redis.zrange(inventory.keys.key(place, 'skipped'), '0', '-1'),
    lent: await redis.hgetall(inventory.keys.key(place, 'lent')),
    borrowed: await redis.hgetall(inventory.keys.key(place, 'borrowed')),
    lapses: await redis.hgetall(inventory.keys.key(place, 'lapses')),
  });
  return {
    map: await inventory.seatMap(drop),
    parts: await Promise.all(places(drop.id, drop.partitions).map(stateOf)),
    views: await Promise.all(
      users.map(async (user) => ({
        ...(await inventory.view({ dropId: drop.id, partition: user % drop.partitions }, user)),
        version: 0,
      })),
    ),
  };
}

/** A drop with buyers in every state: sold, refunded, held, in payment, released, in standby, left standby, sold out. */
async function buyOut() {
  const { drop, place } = await system.open({ rows: 2, seatsPerRow: 4, standbyLimit: 4, maxPerBuyer: 2 });
  const users = await Promise.all(Array.from({ length: 13 }, () => system.newUser()));
  const [a, b, c, d, e, f, g, h, i, j, k, l, m] = users as [number, ...number[]];
  const holds = await system.holds(place, `${a}:2,${b}:1,${c}:1,${d}:2,${e}:1,${f}:1`);
  const [sold, refunded, held, paying, left] = holds;
  await system.pay(drop, place, sold!);
  await system.pay(drop, place, refunded!);
  await system.claim(place, `${g}:1,${h}:2,${i}:1,${j}:2,${k}:1,${l}:1`);
  await system.inventory.beginPayment(place, paying!, 'payer');
  await system.inventory.leave(place, left!.buyerId); // g gets the seat
  await system.inventory.leave(place, i!);
  const { holdId } = refunded!;
  await system.db('sold_seats').where({ order_id: holdId }).delete();
  await system.db('orders').where({ id: holdId }).update({ status: 'refunded', reopened_at: new Date() });
  await system.inventory.reopen(place, holdId); // stays free: h and j want two
  await system.claim(place, `${m}:2`);
  return { drop, place, users, sold: sold!, held: held!, paying: paying!, f: f!, h: h! };
}

test('bought out, archived, wiped, rebuilt: as it was to the letter, the ledger goes on, and so does the sale', async () => {
  const { drop, place, users, held, paying, h } = await buyOut();
  const before = await everything(drop, users);
  const { version } = await system.inventory.view(place, h);
  await system.archive(drop);
  await wipe(drop);
  expect(await system.inventory.counts(drop)).toBeUndefined();

  // Entries that come meanwhile are not decided, so the consumer parks them; and the drop is not put on sale again.
  const batch = { id: newBatchId(), packed: `${await system.newUser()}:1` };
  expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual({ kind: 'not_stocked' });

  const rebuilt = await rebuild(drop);
  expect(rebuilt).toMatchObject({ kind: 'rebuilt', notRestored: [] });
  expect(await everything(drop, users)).toEqual(before);
  expect((await system.inventory.view(place, h)).version).toBeGreaterThan(version);
  expect(await system.inventory.liveDrops()).toContainEqual({ id: drop.id, partitions: 1 });
  expect(await system.verify(drop)).toEqual([]);

  // The free seat goes to the buyer whose entry was parked.
  const result = await system.inventory.claim(place, batch, { mayBorrow: false });
  expect(result).toMatchObject({ kind: 'decided', outcomes: [{ kind: 'held' }] });
  await system.pay(drop, place, held);
  expect(await system.inventory.declinePayment(place, paying.holdId, 1)).toMatchObject({ kind: 'held' });
  const given = await system.inventory.leave(place, paying.buyerId);
  expect(given).toMatchObject({ kind: 'released', promoted: [{ buyerId: h }] });
  await system.archive(drop);
  expect(await system.verify(drop)).toEqual([]);
});

test('who has to wait for lapsed holds waits on after the loss, and longer the next time', async () => {
  const { drop, place } = await system.open({ lapsePauseSeconds: 600 });
  const users = await Promise.all(Array.from({ length: 4 }, () => system.newUser()));
  const [a, b, c, d] = users as [number, ...number[]];
  // This one is given back early; from here on holds expire at once.
  await system.holds(place, `${c}:1`);
  await system.inventory.leave(place, c!);
  await system.inventory.stock({ ...drop, holdSeconds: 0.01 });
  const [one, two, late] = await system.holds(place, `${a}:1,${b}:1,${d}:1`);
  await sleep(Math.max(0, late!.expiresAt - Date.now()) + 10);
  for (const { holdId } of [one!, two!])
    expect(await system.inventory.release(place, holdId)).toMatchObject({ kind: 'released' });
  await system.inventory.leave(place, d!);
  await system.inventory.stock(drop);
  await system.claim(place, `${a}:1`);
  const before = await everything(drop, users);
  expect(users.map((user) => before.parts[0]!.lapses[user])).toEqual([
    expect.stringMatching(/^1\|\d{13}$/),
    expect.stringMatching(/^1\|\d{13}$/),
    '0|0',
    expect.stringMatching(/^1\|\d{13}$/),
  ]);
  const { refused } = (await system.inventory.lapses(place, 0, 10))!;
  await system.archive(drop);
  await wipe(drop);
  await rebuild(drop);
  expect(await everything(drop, users)).toEqual(before);
  expect((await system.inventory.lapses(place, 0, 10))!.refused).toEqual(refused);

  expect(await system.decide(place, users.map((user) => `${user}:1`).join(','))).toEqual([
    'refused',
    'refused',
    expect.stringMatching(/^held/),
    'refused',
  ]);
  expect(await system.inventory.leave(place, c!)).toMatchObject({ refusedUntil: expect.any(Number) });
  await system.archive(drop);
  expect(await system.verify(drop)).toEqual([]);
});

test('a batch that was decided before the loss gets the same outcomes when it comes again', async () => {
  const { drop, place } = await system.open();
  const batch = { id: newBatchId(), packed: '1:2,2:2,3:1' };
  const first = await system.inventory.claim(place, batch, { mayBorrow: false });
  await system.archive(drop);
  await wipe(drop);
  await rebuild(drop);
  expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual(first);
});

test('of every batch it is known whether it was decided, also of those whose replies are forgotten', async () => {
  const { drop, place } = await system.open();
  const claim = (number: number, late = '') =>
    system.inventory.claim(
      place,
      { id: newBatchId(), packed: `${number}:1`, sent: `channel0.${number}${late}` },
      { mayBorrow: false },
    );
  for (const number of [1, 2, 5, 9]) await claim(number);
  await claim(7, '.late');
  const before = await everything(drop, []);
  expect(before.parts[0]).toMatchObject({
    sent: { channel0: '9' },
    skipped: ['channel0.000000000000004.3', 'channel0.000000000000006.6', 'channel0.000000000000008.8'],
  });
  await system.archive(drop);
  await wipe(drop);
  await rebuild(drop);
  expect(await everything(drop, [])).toEqual(before);
  await system.forgetReplies(place);
  for (const number of [1, 2, 5, 7, 9]) expect(await claim(number)).toMatchObject({ kind: 'decided_before' });
  for (const number of [3, 6, 8]) expect(await claim(number, '.late')).toMatchObject({ kind: 'decided' });
  await system.archive(drop);
  expect(await system.verify(drop)).toEqual([]);
});

test('done again it does nothing; what is there is replaced only when told to, and loses nothing', async () => {
  const { drop, place, users } = await buyOut();
  await system.archive(drop);
  expect(await rebuild(drop)).toEqual({ kind: 'present' });
  // Not archived yet.
  await system.claim(place, `${await system.newUser()}:1`);
  const before = await everything(drop, users);
  expect(await rebuild(drop, { force: true })).toMatchObject({ kind: 'rebuilt', notRestored: [] });
  expect(await everything(drop, users)).toEqual(before);
  expect(await rebuild(drop, { force: true })).toMatchObject({ kind: 'rebuilt' });
  expect(await everything(drop, users)).toEqual(before);
  expect(await system.verify(drop)).toEqual([]);
});

test('orders, refunds and payments that MySQL has beyond the archive are restored; what was given to others is listed', async () => {
  const { drop, place } = await system.open({ rows: 1, seatsPerRow: 4, standbyLimit: 3 });
  const [a, b, c, d, e] = await Promise.all(Array.from({ length: 5 }, () => system.newUser()));
  const [first, second] = await system.holds(place, `${a}:1,${b}:1`);
  await system.pay(drop, place, second!);
  await system.archive(drop);
  // What follows is only in Redis, and is lost.
  const [third] = await system.holds(place, `${c}:1`);
  await system.holds(place, `${d}:1,${e}:1`);
  await system.pay(drop, place, first!);
  await system.inventory.beginPayment(place, third!, 'payer');
  await system.db('payment_attempts').insert({
    hold_id: third!.holdId,
    attempt: 1,
    drop_id: drop.id,
    partition: 0,
    user_id: c!,
    seats: third!.seats.join(','),
    provider: 'sandbox',
    amount: 1000,
    currency: 'EUR',
    status: 'pending',
  });
  await system
    .db('orders')
    .where({ id: second!.holdId })
    .update({ status: 'refunded', reopened_at: new Date() });
  await system.db('sold_seats').where({ order_id: second!.holdId }).delete();
  await wipe(drop);

  expect(await rebuild(drop)).toMatchObject({
    kind: 'rebuilt',
    notRestored: [],
    partitions: [{ upTo: { seq: 4 }, free: 2, held: 0, paying: 1, sold: 1, standby: 0 }],
  });
  expect(await system.inventory.view(place, a!)).toMatchObject({ kind: 'sold', seats: first!.seats });
  expect(await system.inventory.view(place, b!)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.view(place, c!)).toMatchObject({ kind: 'paying', seats: third!.seats });
  // Nothing has a record of these two any more.
  expect(await system.inventory.view(place, d!)).toMatchObject({ kind: 'none' });
  expect(await system.inventory.completePayment(place, third!)).toMatchObject({ kind: 'sold' });
  await system.db('payment_attempts').where({ hold_id: third!.holdId }).delete();
  expect((await system.verify(drop)).join()).toContain('without a paid order');
});

test('holds whose time is over meanwhile end as usual', async () => {
  const { drop, place } = await system.open({ rows: 1, seatsPerRow: 1, holdSeconds: 0 });
  const [hold] = await system.holds(place, '1:1,2:1');
  await system.archive(drop);
  await wipe(drop);
  await sleep(5);
  await rebuild(drop);
  expect(await system.inventory.overdue(place, 0)).toMatchObject([{ holdId: hold!.holdId, state: 'held' }]);
  expect(await system.inventory.release(place, hold!.holdId)).toMatchObject({
    kind: 'released',
    promoted: [{ buyerId: 2 }],
  });
  expect(await system.verify(drop)).toEqual([]);
});

test('one partition of several is lost: the others stay as they are, and seats that travelled are nowhere twice', async () => {
  const { drop } = await system.open({ rows: 4, seatsPerRow: 3, partitions: 2, standbyLimit: 2 });
  const [zero, one] = places(drop.id, 2) as [Place, Place];
  const lend = async (from: Place, to: Place, forget: boolean) => {
    const transfer = newBatchId();
    const seats = await system.inventory.lend(from, transfer, to.partition, 1);
    await system.inventory.borrow(to, transfer, seats);
    if (forget) await system.inventory.forgetTransfer(from, transfer);
  };
  await system.claim(zero, '2:2,4:1');
  await system.claim(one, '1:2');
  await lend(zero, one, true);
  await lend(one, zero, false);
  await system.archive(drop);
  // Transfers after the last archived record: out of the partition that is lost, and into it.
  await lend(zero, one, true);
  await lend(one, zero, true);
  const kept = await system.inventory.partitionCounts(drop);
  const map = await system.inventory.seatMap(drop);
  await system.redis.unlink(...system.inventory.keys.all(zero));

  expect(await rebuild(drop)).toMatchObject({
    kind: 'rebuilt',
    partitions: [{ partition: 0 }],
    notRestored: [],
  });
  expect(await system.inventory.partitionCounts(drop)).toEqual(kept);
  expect(await system.inventory.seatMap(drop)).toEqual(map);
  expect(await system.verify(drop)).toEqual([]);
});

test('a drop of which nothing is archived is not made up', async () => {
  const { drop } = await system.open();
  await wipe(drop);
  expect(await rebuild(drop)).toEqual({ kind: 'nothing_to_go_by' });
  expect(await system.inventory.counts(drop)).toBeUndefined();
});
