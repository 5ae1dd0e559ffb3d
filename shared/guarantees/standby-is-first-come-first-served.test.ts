import { createTestInventory } from '../../testing/inventory.ts';
import { entryIdOf } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const stalls = (seatsPerRow: number) => [{ name: 'Stalls', rows: 1, seatsPerRow }];

const lapse = async (place: Place, holdId: string) => {
  await system.letLapse(place, holdId);
  const released = await system.inventory.release(place, holdId);
  if (released.kind !== 'released') throw new Error(`not released: ${released.kind}`);
  return released.promoted;
};

test('places are counted from 1 up to the limit, then it is sold out', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls(4), standbyLimit: 2 });
  expect(await system.decide(place, '1:4,2:1,3:4,4:1,5:1')).toEqual([
    'held 0.1+0.2+0.3+0.4',
    'standby 1',
    'standby 2',
    'sold_out',
    'sold_out',
  ]);
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'standby', position: 1, quantity: 1 });
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'standby', position: 2, quantity: 4 });
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 2, standbyLimit: 2, decided: 5 });
});

test('who leaves lets those behind move up, and makes a place free', async () => {
  const { place } = await system.openDrop({ sections: stalls(2), standbyLimit: 3 });
  await system.decide(place, '1:2,2:1,3:2,4:1');
  expect(await system.inventory.leave(place, 2)).toMatchObject({ kind: 'left' });
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'standby', position: 1 });
  expect(await system.inventory.view(place, 4)).toMatchObject({ kind: 'standby', position: 2 });
  expect(await system.decide(place, '5:1,6:1')).toEqual(['standby 3', 'sold_out']);
});

test('a seat that comes free goes to the first in line, with the whole hold time from then on', async () => {
  const { place } = await system.openDrop({ sections: stalls(1), standbyLimit: 3 });
  const [first] = await system.claim(place, '1:1,2:1,3:1');
  const waiting = await system.inventory.view(place, 2);
  if (first?.kind !== 'held' || waiting.kind !== 'standby') throw new Error('not as it should start');

  const [promoted, ...others] = await lapse(place, first.hold.holdId);
  expect(others).toEqual([]);
  expect(promoted).toMatchObject({ holdId: waiting.entryId, buyerId: 2, seats: ['0.1'] });
  expect((promoted?.expiresAt ?? 0) - (promoted?.heldAt ?? 0)).toBe(600_000);
  expect(promoted?.heldAt).toBeGreaterThanOrEqual(first.hold.heldAt);
  expect(await system.inventory.view(place, 2)).toMatchObject({
    kind: 'held',
    holdId: waiting.entryId,
    seats: ['0.1'],
    expiresAt: promoted?.expiresAt,
  });
  expect(await system.inventory.view(place, 3)).toMatchObject({ position: 1 });
});

test('one who wants more than came free keeps the place, and a later one who fits gets the seat', async () => {
  const { place } = await system.openDrop({ sections: stalls(4), standbyLimit: 9 });
  const one = await system.hold(place, 1, 1);
  const three = await system.hold(place, 2, 3);
  await system.decide(place, '3:3,4:2,5:1,6:1');
  expect((await lapse(place, one.holdId)).map(({ buyerId }) => buyerId)).toEqual([5]);
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'standby', position: 1 });
  expect((await lapse(place, three.holdId)).map(({ buyerId }) => buyerId)).toEqual([3]);
  expect(await system.inventory.view(place, 4)).toMatchObject({ kind: 'standby', position: 1 });
});

test('the seats of one hold can go to several', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls(4), standbyLimit: 9 });
  const four = await system.hold(place, 1, 4);
  await system.decide(place, '2:1,3:4,4:2,5:2,6:1');
  const promoted = await lapse(place, four.holdId);
  expect(promoted.map(({ buyerId, seats }) => [buyerId, seats])).toEqual([
    [2, ['0.2']],
    [4, ['0.3', '0.4']],
    [6, ['0.1']],
  ]);
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 0, held: 4, standby: 2 });
});

test('order holds among thousands who want different numbers of seats', async () => {
  const { place } = await system.openDrop({ sections: stalls(4), standbyLimit: 5000 });
  const hold = await system.hold(place, 1);
  await system.hold(place, 2, 3);
  for (let batch = 0; batch < 4; batch += 1) {
    const entries = Array.from({ length: 500 }, (_, index) => {
      const buyer = 10 + batch * 500 + index;
      return `${buyer}:${buyer % 3 === 0 ? 1 : 4}`;
    });
    await system.claim(place, entries.join(','));
  }
  expect(await system.inventory.view(place, 2009)).toMatchObject({ kind: 'standby', position: 2000 });
  const [first] = await lapse(place, hold.holdId);
  expect(first?.buyerId).toBe(12);
  const [second] = await lapse(place, first?.holdId ?? '');
  expect(second?.buyerId).toBe(15);
});

test('a seat that nobody in line fits into goes to the next who presses Buy', async () => {
  const { place } = await system.openDrop({ sections: stalls(2), standbyLimit: 9 });
  const one = await system.hold(place, 1, 1);
  await system.hold(place, 2, 1);
  await system.decide(place, '3:2');
  expect(await lapse(place, one.holdId)).toEqual([]);
  expect(await system.decide(place, '4:1')).toEqual(['held 0.1']);
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'standby', position: 1 });
});

test('promotions are remembered until somebody says that they were told', async () => {
  const { place } = await system.openDrop({ sections: stalls(2), standbyLimit: 9 });
  const batchOfTwo = await system.hold(place, 1, 2);
  await system.decide(place, '2:1,3:1');
  const promoted = await lapse(place, batchOfTwo.holdId);
  expect(promoted).toHaveLength(2);
  const untold = await system.inventory.untold(place, 0);
  expect(untold.toSorted((a, b) => a.buyerId - b.buyerId)).toEqual(
    promoted.map((hold) => ({ ...hold, state: 'held', attempt: 0 })),
  );
  expect(await system.inventory.untold(place, 60_000)).toEqual([]);
  await system.backdate(place, 'untold', promoted[0]?.holdId ?? '', 60_000);
  expect((await system.inventory.untold(place, 60_000)).map(({ buyerId }) => buyerId)).toEqual([2]);

  await system.inventory.told(place, [promoted[0]?.holdId ?? '']);
  expect((await system.inventory.untold(place, 0)).map(({ buyerId }) => buyerId)).toEqual([3]);
  // Nobody has to be told of a promoted hold that has ended.
  await system.inventory.leave(place, 3);
  expect(await system.inventory.untold(place, 0)).toEqual([]);
});

test('an entry keeps its id from queue to hold', async () => {
  const { place } = await system.openDrop({ sections: stalls(1), standbyLimit: 2 });
  const batch = { id: '0123456789abcd', packed: '1:1,2:1' };
  await system.inventory.claim(place, batch, { mayBorrow: false });
  await system.inventory.leave(place, 1);
  expect(await system.inventory.view(place, 2)).toMatchObject({
    kind: 'held',
    holdId: entryIdOf(batch.id, 1),
  });
});
