import request from 'supertest';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { archiveAll } from '../../shared/ledger/archive-partition.ts';
import { rebuildDrop } from '../../proof/rebuild-drop.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { createReport } from '../../proof/violation.ts';
import { eventually } from '../../testing/eventually.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { startArchiving } from '../duties/archive-ledgers.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { listedEntries } from '../../testing/general/listed-entries.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { createEndDrops, endDrop } from '../duties/end-drops.ts';
import { retireDrop } from '../drops/retire-drops.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

type Buyers = Record<
  'paid' | 'refunded' | 'gaveBack' | 'left' | 'waiting' | 'nothing' | 'stranger',
  TestUser
>;
type Played = { drop: Drop; place: Place; buyers: Buyers; paidHold: string };

async function enter(place: Place, buyers: readonly TestUser[], sent?: string) {
  const batch = {
    id: newBatchId(),
    packed: buyers.map(({ userId }) => `${userId}:1`).join(','),
    ...(sent && { sent }),
  };
  const claimed = await system.inventory.claim(place, batch, { mayBorrow: false });
  return {
    batch,
    claimed,
    kinds: claimed.kind === 'decided' ? claimed.outcomes.map(({ kind }) => kind) : [],
  };
}

/** A closed drop with a buyer in every possible state. */
async function closedDrop(): Promise<Played> {
  const drop = await system.openDrop(3, { standbyLimit: 2 });
  const place = { dropId: drop.id, partition: 0 };
  const names = ['paid', 'refunded', 'gaveBack', 'left', 'waiting', 'nothing', 'stranger'] as const;
  const users = await Promise.all(names.map(() => system.user()));
  const buyers = Object.fromEntries(names.map((name, index) => [name, users[index]!])) as Buyers;
  const paid = await system.hold(drop, buyers.paid, 1);
  const refunded = await system.hold(drop, buyers.refunded, 1);
  for (const { hold } of [paid, refunded])
    expect(await payHold(system.deps, place, hold, { token: 'tok_approved' })).toMatchObject({
      kind: 'paid',
    });
  const others = await enter(
    place,
    [buyers.gaveBack, buyers.left, buyers.waiting, buyers.nothing],
    'channel.1',
  );
  expect(others.kinds).toEqual(['held', 'standby', 'standby', 'sold_out']);
  await system.inventory.leave(place, buyers.left.userId);

  const past = new Date(Date.now() - 3_600_000);
  await system.db('drops').where({ id: drop.id }).update({ closes_at: past });
  expect(await system.inventory.close(place, past.getTime(), [])).toMatchObject({ kind: 'closed' });
  await system.inventory.leave(place, buyers.gaveBack.userId);
  await requestRefunds(system.db, { id: refunded.hold.holdId });
  await advanceRefund(system.deps, refunded.hold.holdId);
  return { drop: (await loadDrop(system.db, drop.id))!, place, buyers, paidHold: paid.hold.holdId };
}

async function endedDrop(): Promise<Played> {
  const played = await closedDrop();
  expect(await endDrop(system.deps, played.drop)).toBe('done');
  return played;
}

async function retiredDrop(): Promise<Played> {
  const played = await endedDrop();
  expect(await retireDrop(system.deps, played.drop.id)).toBe('done');
  return played;
}

const get = async (path: string, user: TestUser) =>
  (await request(system.app).get(path).set(user.bearer).expect(200)).body as Record<string, unknown>;
const entryOf = async ({ drop }: Played, buyer: TestUser) => {
  const { version, ...stands } = await get(`/api/drops/${drop.id}/entry`, buyer);
  return { version: Number(version), stands };
};
const entriesOf = async (played: Played) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(played.buyers).map(
        async ([name, buyer]) => [name, await entryOf(played, buyer)] as const,
      ),
    ),
  );
/** By buyer: what the list of own entries has. */
const listed = async ({ buyers }: Played) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(buyers).map(async ([name, { userId }]) => {
        const { items } = await listedEntries(system.deps, userId);
        return [name, items.map(({ status, reason }) => reason ?? status).join()] as const;
      }),
    ),
  );
const stands = (entries: Awaited<ReturnType<typeof entriesOf>>) =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, entry.stands]));

async function violations({ drop }: Played): Promise<string[]> {
  const { violations: found, report } = createReport();
  await verifyDrop(system.deps, (await loadDrop(system.db, drop.id))!, report);
  return found.map(({ rule, what }) => `${rule}: ${what}`);
}

async function keysOf(place: Place): Promise<string[]> {
  const names = system.inventory.keys.all(place);
  const there = await Promise.all(names.map((key) => system.redis.exists(key)));
  return names.filter((_, index) => there[index] === 1).map((key) => key.slice(key.lastIndexOf(':') + 1));
}

const statusOf = async (place: Place) => (await system.inventory.look(place))?.status;

/** Archives as the duty does, until nothing is left of drops that are over. */
async function archiveLate(): Promise<void> {
  const relay = startArchiving(system.deps, { everyMs: 10 });
  await eventually(async () => (await system.inventory.late()).length === 0);
  await relay.stop();
}

test('everything that can be asked of a drop is answered as before, once Redis has given it back', async () => {
  const played = await endedDrop();
  const { drop, buyers } = played;
  const everything = async () => {
    const { drop: _standing, ...seats } = await get(`/api/drops/${drop.id}/seats`, system.organizer);
    const {
      entriesPerSecond: _entries,
      decisionsPerSecond: _decisions,
      ...stats
    } = await get(`/api/drops/${drop.id}/stats`, system.organizer);
    const { generatedAt: _at, ...report } = await get(`/api/drops/${drop.id}/report`, system.organizer);
    const ledger = await get(`/api/drops/${drop.id}/ledger`, buyers.paid);
    return {
      seats,
      stats,
      report,
      ledger: (ledger['items'] as { hash: string }[] | undefined)?.map(({ hash: _hash, ...item }) => item),
    };
  };
  const before = {
    entries: await entriesOf(played),
    listed: await listed(played),
    everything: await everything(),
  };
  expect(before.listed).toEqual({
    paid: '',
    refunded: '',
    gaveBack: 'given_back',
    left: '',
    waiting: 'closed',
    nothing: 'sold_out',
    stranger: '',
  });
  expect(stands(before.entries)).toMatchObject({
    paid: { status: 'sold' },
    refunded: { status: 'released', reason: 'refunded' },
    gaveBack: { status: 'released', reason: 'given_back' },
    left: { status: 'none' },
    waiting: { status: 'released', reason: 'closed' },
    nothing: { status: 'sold_out' },
    stranger: { status: 'none' },
  });
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  const after = await entriesOf(played);
  expect(stands(after)).toEqual(stands(before.entries));
  for (const [name, { version }] of Object.entries(after))
    expect(version).toBeGreaterThanOrEqual(before.entries[name]!.version);
  expect(await everything()).toEqual(before.everything);
  expect(await listed(played)).toEqual(before.listed);
  expect(await violations(played)).toEqual([]);
  const leave = await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(buyers.paid.bearer);
  expect(leave.body).toMatchObject({ code: 'already_paid' });
});

test('what stays in Redis is small, however many bought and entered', async () => {
  const drop = await system.openDrop(50, { standbyLimit: 1_000 });
  const place = { dropId: drop.id, partition: 0 };
  const packed = Array.from({ length: 2_000 }, (_, index) => `${index + 5_000_000}:1`).join(',');
  await system.inventory.claim(place, { id: newBatchId(), packed, sent: 'channel.1' }, { mayBorrow: false });
  await system.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  const cancelled = (await loadDrop(system.db, drop.id))!;
  const bytes = async () => {
    const sizes = await Promise.all(
      system.inventory.keys.all(place).map((key) => system.redis.memory('USAGE', key, 'SAMPLES', 0)),
    );
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  };
  const before = await bytes();
  expect(await endDrop(system.deps, cancelled)).toBe('done');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  expect(before).toBeGreaterThan(100_000);
  // 4 KB of these are the stream, however little is in it.
  expect(await bytes()).toBeLessThan(6_000);
  expect(await keysOf(place)).toEqual(['meta', 'ledger', 'sent']);
});

test('a batch that comes after the end is sold out, gives no hold, and gets into the archive', async () => {
  for (const play of [endedDrop, retiredDrop]) {
    const played = await play();
    const { drop, place, buyers } = played;
    const late = await system.user();
    const { batch, claimed, kinds } = await enter(place, [late, buyers.stranger], 'channel.2');
    expect(kinds).toEqual(['sold_out', 'sold_out']);
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 0, free: 2, sold: 1 });
    expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual(claimed);
    expect((await entryOf(played, late)).stands).toEqual({ status: 'sold_out' });
    await archiveLate();
    expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual(claimed);
    expect((await entryOf(played, late)).stands).toEqual({ status: 'sold_out' });
    await archiveLate();
    expect(await retireDrop(system.deps, drop.id)).toBe('done');
    expect((await entryOf(played, late)).stands).toEqual({ status: 'sold_out' });
    expect(await violations(played)).toEqual([]);
    const [archived] = await system
      .db('ledger')
      .where({ drop_id: drop.id, kind: 'claim' })
      .orderBy('seq', 'desc')
      .limit(1);
    expect((archived as { record: string }).record).toContain(batch.id);
  }
});

test('a batch that was decided before the end comes again and changes nothing', async () => {
  const played = await closedDrop();
  const { place, buyers, drop } = played;
  const { batch } = await enter(place, [buyers.paid, buyers.nothing], 'channel.2');
  expect(await endDrop(system.deps, drop)).toBe('later');
  await system.inventory.leave(place, buyers.nothing.userId);
  expect(await endDrop(system.deps, drop)).toBe('done');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  const before = stands(await entriesOf(played));
  expect((await system.inventory.claim(place, batch, { mayBorrow: false })).kind).toBe('decided_before');
  expect(stands(await entriesOf(played))).toEqual(before);
});

test('a late batch of one who bought takes nothing away', async () => {
  const played = await retiredDrop();
  await enter(played.place, [played.buyers.paid], 'channel.2');
  expect((await entryOf(played, played.buyers.paid)).stands).toMatchObject({ status: 'sold' });
  expect(await violations(played)).toEqual([]);
});

test('an order is refunded after the end, once, and its seat stays free', async () => {
  const played = await retiredDrop();
  const { drop, place, buyers, paidHold } = played;
  await requestRefunds(system.db, { id: paidHold });
  await advanceRefund(system.deps, paidHold);
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 3, sold: 0 });
  // Killed before MySQL recorded it; both before and after the refund is archived.
  for (const archive of [async () => {}, archiveLate]) {
    await archive();
    await system.db('orders').where({ id: paidHold }).update({ reopened_at: null });
    await system.db('refunds').where({ order_id: paidHold }).update({ reopened_at: null });
    await system.redis.unlink(system.inventory.keys.key(place, 'holds'));
    await advanceRefund(system.deps, paidHold);
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 3, sold: 0 });
  }
  expect((await entryOf(played, buyers.paid)).stands).toMatchObject({
    status: 'released',
    reason: 'refunded',
  });
  expect(await violations(played)).toEqual([]);
});

test('a drop that is cancelled after it has ended refunds everybody', async () => {
  const played = await retiredDrop();
  const { drop, place, buyers, paidHold } = played;
  await request(system.app).post(`/api/drops/${drop.id}/cancel`).set(system.organizer.bearer).expect(200);
  await createEndDrops(system.deps, { firstPauseMs: 0 })();
  await advanceRefund(system.deps, paidHold);
  expect(await system.db('drops').where({ id: drop.id }).whereNotNull('sale_ended_at')).toHaveLength(1);
  expect((await entryOf(played, buyers.paid)).stands).toMatchObject({
    status: 'released',
    reason: 'refunded',
  });
  expect((await entryOf(played, buyers.waiting)).stands).toMatchObject({ reason: 'closed' });
  expect(await statusOf(place)).toBe('retired');
  await archiveLate();
  expect(await violations(played)).toEqual([]);
});

test('what Redis has lost of it is rebuilt, and given back once more', async () => {
  const played = await retiredDrop();
  const { drop, place } = played;
  const before = stands(await entriesOf(played));
  await system.redis.unlink(...system.inventory.keys.all(place));
  expect((await rebuildDrop(system.deps, drop)).kind).toBe('rebuilt');
  expect(await statusOf(place)).toBe('over');
  expect((await system.inventory.liveDrops()).map(({ id }) => id)).not.toContain(drop.id);
  expect(stands(await entriesOf(played))).toEqual(before);
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  expect(await statusOf(place)).toBe('retired');
  expect(stands(await entriesOf(played))).toEqual(before);
  expect(await violations(played)).toEqual([]);
});

test('killed between any two steps, the next round goes on', async () => {
  // Killed when the drop was over in Redis but not in MySQL.
  const { drop, place } = await closedDrop();
  await system.inventory.close(place, drop.closesAt, await toTell(place, drop));
  expect(await system.inventory.end(place)).toBe('over');
  expect(await endDrop(system.deps, drop)).toBe('done');
  // Archived, and then something is recorded before the keys are deleted.
  await archiveAll(system.deps, place);
  const [last] = (await system.inventory.ledgerEntries(place, '-', 1_000)).at(-1)!;
  await enter(place, [await system.user()], 'channel.2');
  expect(await system.inventory.retire(place, last)).toBe('moved');
  // Killed when the keys were deleted, before MySQL recorded it.
  await archiveAll(system.deps, place);
  const [newest] = (await system.inventory.ledgerEntries(place, '-', 1_000)).at(-1)!;
  expect(await system.inventory.retire(place, newest)).toBe('retired');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  expect(await system.db('drops').where({ id: drop.id }).whereNotNull('retired_at')).toHaveLength(1);
});

async function toTell(place: Place, { closesAt }: Drop): Promise<number[]> {
  const closed = await system.inventory.close(place, closesAt, []);
  return closed.kind === 'closed' ? closed.tell : [];
}

test('what an earlier version ended without telling Redis is ended here, holds of late batches first', async () => {
  const { drop, place, buyers } = await closedDrop();
  await system.db('drops').where({ id: drop.id }).update({ sale_ended_at: new Date() });
  await system.redis.hdel(system.inventory.keys.key(place, 'meta'), 'closesAt');
  const late = await system.user();
  await system.hold(drop, late, 1);
  await retireDrop(system.deps, drop.id);
  expect((await system.inventory.liveDrops()).map(({ id }) => id)).toContain(drop.id);
  // The other seat went to standby, since Redis did not know of the closing.
  for (const { userId } of [late, buyers.waiting]) await system.inventory.leave(place, userId);
  expect(await endDrop(system.deps, drop)).toBe('done');
  expect(await retireDrop(system.deps, drop.id)).toBe('done');
  expect(await statusOf(place)).toBe('retired');
});
