import { createTestInventory } from '../../testing/inventory.ts';
import type { Place } from '../inventory/keys.ts';

const system = createTestInventory();
const { inventory } = system;
afterAll(() => system.stop());

const oneSeat = [{ name: 'Stalls', rows: 1, seatsPerRow: 1 }];
const kindOf = async (place: Place, buyer: number) => (await inventory.view(place, buyer)).kind;

/** One seat, held by buyer 1; buyers 2 and 3 are in standby. */
async function closedWithStandby() {
  const { drop, place } = await system.openDrop({ sections: oneSeat, standbyLimit: 5 });
  const hold = await system.hold(place, 1);
  expect(await system.decide(place, '2:1,3:1')).toEqual(['standby 1', 'standby 2']);
  await system.letClose(place);
  return { drop, place, hold };
}

test.each([
  ['is given back', async (place: Place) => inventory.leave(place, 1)],
  [
    'lapses',
    async (place: Place, holdId: string) => {
      await system.letLapse(place, holdId);
      return inventory.release(place, holdId);
    },
  ],
  [
    'is declined when its time is over',
    async (place: Place, holdId: string, seats: string[], expiresAt: number) => {
      await inventory.beginPayment(place, { holdId, buyerId: 1, seats, expiresAt }, 'request');
      await system.letLapse(place, holdId);
      return inventory.declinePayment(place, holdId, 1);
    },
  ],
  [
    'is refunded',
    async (place: Place, holdId: string, seats: string[]) => {
      await inventory.completePayment(place, { holdId, buyerId: 1, seats });
      return inventory.reopen(place, holdId);
    },
  ],
])('a seat whose hold %s after closing stays free', async (_how, free) => {
  const { drop, place, hold } = await closedWithStandby();
  expect(await free(place, hold.holdId, hold.seats, hold.expiresAt)).toMatchObject({
    kind: 'released',
    promoted: [],
  });
  expect(await inventory.counts(drop)).toMatchObject({ free: 1, held: 0 });
  expect(await kindOf(place, 2)).toBe('released');
});

test('seats that come from another partition after closing stay free', async () => {
  const { drop, place } = await system.openDrop({
    partitions: 2,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 1 }],
    standbyLimit: 10,
  });
  await system.decide(place, '2:1,4:1');
  await system.letClose(place);
  const seats = await inventory.lend({ ...place, partition: 1 }, 'transfer-000001', 0, 1);
  expect(await inventory.borrow(place, 'transfer-000001', seats)).toEqual([]);
  expect((await inventory.partitionCounts(drop))[0]).toMatchObject({ free: 1, held: 1, standby: 1 });
});

test('by the clock standby has ended, whether or not anybody has come round to ending it', async () => {
  const { place } = await closedWithStandby();
  const before = await inventory.view(place, 2);
  expect(before).toMatchObject({ kind: 'released', reason: 'closed' });
  expect(await inventory.leave(place, 2)).toEqual({ kind: 'none' });

  const first = await inventory.close(place, await system.closesAt(place), []);
  expect(first).toMatchObject({ kind: 'closed', tell: [2, 3] });
  expect((await inventory.counts({ id: place.dropId, partitions: 1 }))?.standby).toBe(2);
  const then = await inventory.close(place, await system.closesAt(place), [2, 3]);
  expect(then).toMatchObject({ kind: 'closed', tell: [] });
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'released', reason: 'closed' });
  expect((await inventory.counts({ id: place.dropId, partitions: 1 }))?.standby).toBe(0);
  expect((await system.ledger(place)).at(-1)).toMatchObject({
    t: 'end',
    e: expect.stringMatching(/^2:.+,3:.+$/),
  });
  // If they are told again after a crash, nothing more happens.
  await inventory.close(place, await system.closesAt(place), [2, 3]);
  expect((await system.ledger(place)).filter(({ t }) => t === 'end')).toHaveLength(1);
});

test('what was said of standby before has a lower version than its end, before and after it is recorded', async () => {
  const { place } = await system.openDrop({ sections: oneSeat, standbyLimit: 5 });
  await system.decide(place, '1:1,2:1');
  const standing = await inventory.view(place, 2);
  await system.letClose(place);
  const byTheClock = await inventory.view(place, 2);
  const told = await inventory.close(place, await system.closesAt(place), []);
  await inventory.close(place, await system.closesAt(place), [2]);
  const ended = await inventory.view(place, 2);
  expect(standing.kind).toBe('standby');
  for (const later of [byTheClock, told, ended])
    expect('version' in later && later.version).toBeGreaterThan(standing.version);
});

test('entries that are decided after closing get free seats, but no place in standby', async () => {
  const { place } = await system.openDrop({ standbyLimit: 5, sections: oneSeat });
  await system.letClose(place);
  expect(await system.decide(place, '1:1,2:1')).toEqual(['held 0.1', 'sold_out']);
  expect(await kindOf(place, 2)).toBe('sold_out');
});

test('a hold that was given before closing can be paid after it', async () => {
  const { drop, place, hold } = await closedWithStandby();
  expect(await inventory.beginPayment(place, hold, 'request')).toMatchObject({ kind: 'paying' });
  expect(await inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 1 });
});

test('a drop that is cancelled after it closed says of standby that it closed', async () => {
  const { place } = await closedWithStandby();
  expect((await inventory.cancel(place)).ended).toEqual([1]);
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'released', reason: 'closed' });
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'released', reason: 'cancelled' });
});

test('a closing that is moved before it comes is moved; one that has come stays', async () => {
  const { drop, place } = await system.openDrop({
    sections: oneSeat,
    standbyLimit: 5,
    closesAt: Date.now() + 60_000,
  });
  await system.decide(place, '1:1,2:1');
  expect(await inventory.stock({ ...drop, closesAt: drop.closesAt + 60_000 }, { again: true })).toBe(
    'stocked',
  );
  expect(await inventory.close(place, drop.closesAt + 60_000, [])).toEqual({ kind: 'early' });
  await system.letClose(place);
  expect(await inventory.stock({ ...drop, closesAt: drop.closesAt + 90_000 }, { again: true })).toBe(
    'closed',
  );
  expect(await kindOf(place, 2)).toBe('released');
});

test('standby of any size ends in portions', async () => {
  const buyers = Array.from({ length: 1_201 }, (_, index) => index + 1);
  const { drop, place } = await system.openDrop({ sections: oneSeat, standbyLimit: 1_200 });
  await system.decide(place, buyers.map((buyer) => `${buyer}:1`).join(','));
  await system.letClose(place);
  const portions: number[] = [];
  const everybody = new Set<number>();
  for (let told: number[] = []; ;) {
    const closed = await inventory.close(place, await system.closesAt(place), told);
    if (closed.kind !== 'closed') throw new Error(closed.kind);
    if (closed.tell.length === 0) break;
    told = closed.tell;
    portions.push(told.length);
    for (const buyer of told) everybody.add(buyer);
  }
  expect(portions).toEqual([200, 200, 200, 200, 200, 200]);
  expect(everybody).toEqual(new Set(buyers.slice(1)));
  expect(await inventory.counts(drop)).toMatchObject({ standby: 0, held: 1 });
});
