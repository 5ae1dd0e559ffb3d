import { createTestInventory } from '../../testing/inventory.ts';
import type { Hold } from './hold.ts';
import type { Place } from './keys.ts';

const system = createTestInventory();
const { inventory } = system;
afterAll(() => system.stop());

const pauseMs = 60_000;
const openDrop = (changes: Parameters<typeof system.openDrop>[0] = {}) =>
  system.openDrop({ lapsePauseSeconds: pauseMs / 1000, ...changes });

const lapse = async (place: Place, { holdId }: Hold) => {
  await system.letLapse(place, holdId);
  const released = await inventory.release(place, holdId);
  if (released.kind !== 'released') throw new Error(released.kind);
  return released;
};
/** The clock of Redis, milliseconds. */
const redisNow = async (place: Place) => (await inventory.lapses(place, 0, 1))?.now ?? Number.NaN;
/** Expects `until` to be `ms` after a moment between `from` and `to`. */
const expectLater = (until: number | undefined, ms: number, [from, to]: [number, number]) => {
  expect(until).toBeGreaterThanOrEqual(from + ms);
  expect(until).toBeLessThanOrEqual(to + ms);
};

test('one account cannot hold the seats for ever: each lapsed hold makes it wait twice as long', async () => {
  const { place } = await openDrop();
  let seen = 0;
  for (let count = 1; count <= 9; count += 1) {
    const hold = await system.hold(place, 7, 4);
    const before = await redisNow(place);
    const released = await lapse(place, hold);
    const around: [number, number] = [before, await redisNow(place)];
    // No pause is longer than an hour.
    expectLater(released.refusedUntil, Math.min(pauseMs * 2 ** (count - 1), 3_600_000), around);
    expect(await inventory.view(place, 7)).toMatchObject({
      kind: 'released',
      reason: 'expired',
      refusedUntil: released.refusedUntil,
    });

    expect(await system.claim(place, '7:1')).toEqual([
      { kind: 'sold_out', buyerId: 7, refusedUntil: released.refusedUntil },
    ]);
    // Other buyers do not wait, and entries that were refused have no effect.
    expect(await system.decide(place, `7:1,${100 + count}:1,7:2`)).toEqual([
      'refused',
      expect.stringMatching(/^held/),
      'refused',
    ]);
    await inventory.leave(place, 100 + count);
    const view = await inventory.view(place, 7);
    expect(view).toMatchObject({ kind: 'sold_out', refusedUntil: released.refusedUntil });
    expect(view.version).toBeGreaterThan(seen);
    seen = view.version;
    expect(await inventory.leave(place, 7)).toEqual({ kind: 'none' });
    await system.endPause(place, 7);
  }
});

test('a card that is declined until the time is over is a lapse, a hold that the organizer ends is none', async () => {
  const { drop, place } = await openDrop();
  const hold = await system.hold(place, 1);
  await inventory.beginPayment(place, hold, 'request');
  await system.letLapse(place, hold.holdId);
  const declined = await inventory.declinePayment(place, hold.holdId, 1);
  expect(declined).toMatchObject({ kind: 'released', refusedUntil: expect.any(Number) });
  expect(await system.decide(place, '1:1')).toEqual(['refused']);

  const other = await system.hold(place, 2);
  await inventory.cancel(place);
  const view = await inventory.view({ dropId: drop.id, partition: 0 }, other.buyerId);
  expect(view).toMatchObject({ kind: 'released', reason: 'cancelled' });
  expect(view).not.toHaveProperty('refusedUntil');
});

test('one change of mind is free, if it comes early; to give back in the last moment, or again, is a lapse', async () => {
  const { place } = await openDrop({ holdSeconds: 600 });
  await system.hold(place, 1);
  expect(await inventory.leave(place, 1)).toMatchObject({ kind: 'released', refusedUntil: undefined });
  await system.hold(place, 1);
  expect(await inventory.leave(place, 1)).toMatchObject({ refusedUntil: expect.any(Number) });
  expect(await system.decide(place, '1:1')).toEqual(['refused']);

  const late = await system.hold(place, 2);
  await system.letLapse(place, late.holdId);
  expect(await inventory.leave(place, 2)).toMatchObject({ refusedUntil: expect.any(Number) });
});

test('a hold from standby lapses as any other, and who is refused takes no place there', async () => {
  const { place } = await openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
    standbyLimit: 5,
  });
  const first = await system.hold(place, 1);
  expect(await system.decide(place, '2:1,3:1')).toEqual(['standby 1', 'standby 2']);
  const { promoted } = await lapse(place, first);
  expect(await system.decide(place, '1:1,4:1')).toEqual(['refused', 'standby 2']);
  const again = await lapse(place, promoted[0]!);
  expect(again).toMatchObject({ buyerId: 2, refusedUntil: expect.any(Number) });
  expect(again.promoted).toMatchObject([{ buyerId: 3 }]);
});

test('where the organizer wants none, nobody waits', async () => {
  const { place } = await openDrop({ lapsePauseSeconds: 0 });
  for (let count = 1; count <= 3; count += 1) {
    expect((await lapse(place, await system.hold(place, 7))).refusedUntil).toBeUndefined();
  }
  expect(await inventory.lapses(place, 0, 10)).toMatchObject({ refused: [] });
});

test('nobody borrows seats for entries that are refused', async () => {
  const { place } = await openDrop({
    partitions: 2,
    sections: [{ name: 'Box', rows: 2, seatsPerRow: 1 }],
  });
  await lapse(place, await system.hold(place, 2));
  await system.hold(place, 4);
  const batch = { id: '0123456789abcd', packed: '2:1' };
  expect(await inventory.claim(place, batch, { mayBorrow: true })).toMatchObject({ kind: 'decided' });
});

test('a publisher is told of each lapse once, portion by portion, and of all when Redis has gone back', async () => {
  const { place } = await openDrop();
  const seats = [1, 2, 3];
  const holds = [];
  for (const buyer of seats) holds.push(await system.hold(place, buyer));
  const untils: (number | undefined)[] = [];
  for (const hold of holds.slice(0, 2)) untils.push((await lapse(place, hold)).refusedUntil);
  const told = (buyers: number[]) => buyers.map((buyerId) => ({ buyerId, until: untils[buyerId - 1] }));

  const first = await inventory.lapses(place, 0, 1);
  expect(first?.refused).toEqual(told([1]));
  const second = await inventory.lapses(place, first!.version, 10);
  expect(second?.refused).toEqual(told([2]));
  expect(await inventory.lapses(place, second!.version, 10)).toMatchObject({
    version: second!.version,
    refused: [],
  });

  const goBack = await system.remember(place);
  untils.push((await lapse(place, holds[2]!)).refusedUntil);
  const third = await inventory.lapses(place, second!.version, 10);
  expect(third?.refused).toEqual(told([3]));
  await goBack();
  expect((await inventory.lapses(place, third!.version, 10))?.refused).toEqual(told([1, 2]));

  // Buyers whose pause is over are not listed.
  await system.endPause(place, 1);
  expect((await inventory.lapses(place, 0, 10))?.refused).toEqual(told([2]));
  expect(await inventory.lapses({ ...place, partition: 5 }, 0, 10)).toBeUndefined();
});
