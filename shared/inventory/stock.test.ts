import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

test('a drop on sale that is stocked again keeps its seats, and gets its new limits', async () => {
  const { drop, place } = await system.openDrop({ maxPerBuyer: 2 });
  await system.hold(place, 1, 2);
  expect(await system.decide(place, '2:3')).toEqual(['sold_out']);

  await system.inventory.stock({ ...drop, maxPerBuyer: 3, standbyLimit: 1, holdSeconds: 60 });
  expect(await system.inventory.counts(drop)).toEqual({
    capacity: 10,
    free: 8,
    held: 2,
    paying: 0,
    sold: 0,
    standby: 0,
    standbyLimit: 1,
    decided: 2,
  });
  expect(await system.inventory.seatMap(drop)).toEqual(['....hh....']);
  const [outcome] = await system.claim(place, '3:3');
  if (outcome?.kind !== 'held') throw new Error('not held');
  expect(outcome.hold.seats).toEqual(['0.2', '0.3', '0.4']);
  expect(outcome.hold.expiresAt - outcome.hold.heldAt).toBe(60_000);
});

test('rows are dealt out over partitions like cards, and so are places in standby', async () => {
  const { drop } = await system.openDrop({
    partitions: 3,
    standbyLimit: 7,
    sections: [
      { name: 'Stalls', rows: 4, seatsPerRow: 2 },
      { name: 'Balcony', rows: 3, seatsPerRow: 5 },
    ],
  });
  const parts = await system.inventory.partitionCounts(drop);
  expect(parts.map((part) => part?.capacity)).toEqual([2 + 2 + 5, 2 + 5, 2 + 5]);
  expect(parts.map((part) => part?.standbyLimit)).toEqual([3, 2, 2]);
  expect(await system.inventory.counts(drop)).toMatchObject({ capacity: 23, free: 23, standbyLimit: 7 });
  expect(await system.inventory.seatMap(drop)).toEqual(['..', '..', '..', '..', '.....', '.....', '.....']);
});

test('a drop of two hundred thousand seats in twenty-five thousand rows', async () => {
  const { drop, place } = await system.openDrop({
    sections: Array.from({ length: 50 }, (_, index) => ({
      name: `Block ${index}`,
      rows: 500,
      seatsPerRow: 8,
    })),
  });
  expect(await system.inventory.counts(drop)).toMatchObject({ capacity: 200_000, free: 200_000 });
  expect(await system.decide(place, '1:4')).toEqual(['held 0.3+0.4+0.5+0.6']);
  const map = await system.inventory.seatMap(drop);
  expect(map).toHaveLength(25_000);
  expect(map[0]).toBe('..hhhh..');
});

test('the sweeper looks after a drop from when it is stocked to when its sale ends', async () => {
  const { drop } = await system.openDrop({
    partitions: 2,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 1 }],
  });
  expect(await system.inventory.liveDrops()).toContainEqual({ id: drop.id, partitions: 2 });
  await system.inventory.endDrop(drop.id);
  expect(await system.inventory.liveDrops()).not.toContainEqual({ id: drop.id, partitions: 2 });
});

test('nothing happens to a drop that is not in Redis', async () => {
  const place = { dropId: 1, partition: 0 };
  const hold = { holdId: '0123456789abcd-0', buyerId: 1, seats: ['0.1'], expiresAt: Date.now() + 60_000 };
  const { inventory } = system;
  const claimed = await inventory.claim(place, { id: '0123456789abcd', packed: '1:1' }, { mayBorrow: true });
  expect(claimed).toEqual({ kind: 'not_stocked' });
  expect(await inventory.release(place, hold.holdId)).toMatchObject({ kind: 'unknown' });
  expect(await inventory.leave(place, 1)).toMatchObject({ kind: 'none' });
  expect(await inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'not_stocked' });
  expect(await inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({ kind: 'unknown' });
  expect(await inventory.completePayment(place, hold)).toMatchObject({ kind: 'conflict' });
  expect(await inventory.reopen(place, hold.holdId)).toMatchObject({ kind: 'unknown' });
  expect(await inventory.cancel(place)).toMatchObject({ left: 0, ended: [] });
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'none' });
  expect(await inventory.counts({ id: 1, partitions: 1 })).toBeUndefined();
  expect(await inventory.seatMap({ id: 1, partitions: 1 })).toEqual([]);
  expect(await inventory.lend(place, '0123456789abcd', 1, 5)).toEqual([]);
  await expect(inventory.borrow(place, '0123456789abcd', ['0.1'])).rejects.toThrow('no partition');
  expect(await inventory.transfers(place)).toEqual([]);
  expect(await inventory.overdue(place, 0)).toEqual([]);
  expect(await inventory.paying(place, 0)).toEqual([]);
  expect(await inventory.untold(place, 0)).toEqual([]);
  expect(await system.redis.exists(...inventory.keys.all(place))).toBe(0);
});
