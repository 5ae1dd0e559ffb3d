import type { Drop } from '../../shared/drops/drop.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { eventually } from '../../testing/eventually.ts';
import { hearNews } from '../../testing/news.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createFollow } from './follow-mysql.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

const times = { everyMs: 0, settledAfterMs: 0, againAfterMs: 0, thoroughEveryMs: 0, driftAfterMs: 0 };

function follower(changes: Partial<typeof times> = {}) {
  const registry = createMetrics('general');
  const follow = createFollow(system.deps, registry, { ...times, ...changes });
  const metric = async (name: string, labels: string) => {
    const text = await registry.metrics();
    return Number(new RegExp(`^seatdrop_${name}\\{${labels}.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  };
  return { follow, metric };
}

async function sold(seats: number, quantity: number, options = {}) {
  const drop = await system.openDrop(seats, options);
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, quantity);
  const pay = () =>
    expect(payHold(system.deps, place, hold, { token: 'tok_approved' })).resolves.toMatchObject({
      kind: 'paid',
    });
  return { drop, buyer, place, hold, pay };
}

/** Like a failover to a replica that is far behind: sets the drop back to before anything was sold. */
async function forgetAll(drop: Drop, place: Place): Promise<void> {
  await system.redis.unlink(...system.inventory.keys.all(place));
  await system.inventory.stock(drop);
}

/** Remembers the present state; the result sets the drop back to it. */
async function remember(place: Place): Promise<() => Promise<void>> {
  const names = system.inventory.keys.all(place);
  const kept = await Promise.all(names.map((key) => system.redis.dumpBuffer(key)));
  return async () => {
    await system.redis.unlink(...names);
    for (const [index, key] of names.entries())
      if (kept[index]) await system.redis.restore(key, 0, kept[index]);
  };
}

test('a sale that Redis forgot is told again: its seats are not given away, and nobody is charged for them', async () => {
  const { drop, buyer, place, hold, pay } = await sold(4, 2);
  await pay();
  await forgetAll(drop, place);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });

  const { follow, metric } = follower();
  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, free: 2 });
  const view = await system.inventory.view(place, buyer.userId);
  expect(view).toMatchObject({ kind: 'sold', holdId: hold.holdId, seats: hold.seats });
  const next = await system.hold(drop, await system.user(), 2);
  expect(next.hold.seats.filter((seat) => hold.seats.includes(seat))).toEqual([]);
  expect(await metric('followed_total', 'what="sale"')).toBeGreaterThanOrEqual(1);

  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 2, free: 0 });
});

test('whoever holds a seat of a forgotten sale yields it and is told; with time to spare, nobody pays for it', async () => {
  const { drop, buyer, place, hold, pay } = await sold(2, 2, { standbyLimit: 3 });
  await pay();
  await forgetAll(drop, place);
  const [first, second, standing] = await Promise.all([system.user(), system.user(), system.user()]);
  await system.hold(drop, first, 1);
  await system.hold(drop, second, 1);
  const batch = { id: 'zzzzzzzzzzzzzz', packed: `${standing.userId}:1` };
  await system.inventory.claim(place, batch, { mayBorrow: false });

  const news = await hearNews(system.redis, system.inventory.keys, drop.id);
  const { follow, metric } = follower();
  await follow();
  expect(await system.inventory.view(place, buyer.userId)).toMatchObject({ kind: 'sold', seats: hold.seats });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, free: 0, standby: 1 });
  for (const { userId } of [first, second]) {
    const entry = { status: 'released', reason: 'seats_lost' };
    await eventually(() => expect(news.forBuyer(userId)).toMatchObject([{ event: 'hold:released', entry }]));
  }
  expect(await metric('followed_total', 'what="hold_yielded"')).toBe(2);
  await news.stop();
});

test('a hold in payment keeps its seat until that is decided, then the order gets it', async () => {
  const { drop, place, pay } = await sold(1, 1);
  await pay();
  await forgetAll(drop, place);
  const rival = await system.hold(drop, await system.user(), 1);
  await system.inventory.beginPayment(place, rival.hold, 'request');

  const { follow, metric } = follower();
  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, paying: 1 });
  expect(await metric('drift_seats', `drop="${drop.id}",what="sold"`)).toBe(1);
  await system.inventory.declinePayment(place, rival.hold.holdId, 1);
  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, held: 0 });
  await follow();
  expect(await metric('drift_seats', `drop="${drop.id}",what="sold"`)).toBe(0);
});

test('a refund that Redis forgot is repeated: the seats go to standby, once', async () => {
  const { drop, buyer, place, hold, pay } = await sold(2, 2, { standbyLimit: 3 });
  await pay();
  const standing = await system.user();
  const batch = { id: 'yyyyyyyyyyyyyy', packed: `${standing.userId}:1` };
  await system.inventory.claim(place, batch, { mayBorrow: false });
  const goBack = await remember(place);
  await requestRefunds(system.db, { id: hold.holdId });
  await advanceRefund(system.deps, hold.holdId);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0 });
  await goBack();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, standby: 1 });

  const { follow, metric } = follower();
  await follow();
  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, held: 1, free: 1, standby: 0 });
  expect(await system.inventory.view(place, buyer.userId)).toMatchObject({
    kind: 'released',
    reason: 'refunded',
  });
  expect(await metric('followed_total', 'what="refund"')).toBe(1);
});

test('an order of this very moment is left to its checkout', async () => {
  const { drop, place, pay } = await sold(2, 2);
  await pay();
  await forgetAll(drop, place);
  const { follow } = follower({ settledAfterMs: 60_000 });
  await follow();
  await follow();
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0 });
});

test('where nothing is wrong no orders are read again, until Redis goes back', async () => {
  const { drop, place, pay } = await sold(4, 2);
  const goBack = await remember(place);
  await pay();
  let maps = 0;
  const inventory: typeof system.inventory = {
    ...system.inventory,
    seatMap: (of) => {
      if (of.id === drop.id) maps += 1;
      return system.inventory.seatMap(of);
    },
  };
  const never = { againAfterMs: Infinity, thoroughEveryMs: Infinity };
  const follow = createFollow({ ...system.deps, inventory }, createMetrics('general'), {
    ...times,
    ...never,
  });
  for (let round = 0; round < 5; round += 1) await follow();
  expect(maps).toBe(1);
  await goBack();
  await follow();
  expect(maps).toBe(2);
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, paying: 0 });
});
