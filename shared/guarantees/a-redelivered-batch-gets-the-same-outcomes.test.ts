import { createTestInventory, inShort, newBatch } from '../../testing/inventory.ts';
import { entryIdOf } from '../inventory/entry-id.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const box = (seatsPerRow: number) => [{ name: 'Box', rows: 1, seatsPerRow }];

test('every outcome is the same, and nothing changes', async () => {
  const { drop, place } = await system.openDrop({ sections: box(3), standbyLimit: 2 });
  const batch = newBatch('1:2,1:1,2:2,3:1,4:2,5:1,6:9,7:1');
  const first = await system.inventory.claim(place, batch, { mayBorrow: false });
  if (first.kind !== 'decided') throw new Error('not decided');
  expect(first.outcomes.map(inShort)).toEqual([
    'held 0.1+0.2',
    'duplicate hold',
    'standby 1',
    'held 0.3',
    'standby 2',
    'sold_out',
    'sold_out',
    'sold_out',
  ]);
  const before = [
    await system.inventory.counts(drop),
    await system.inventory.seatMap(drop),
    await system.ledger(place),
  ];
  expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual(first);
  expect(await system.inventory.claim(place, batch, { mayBorrow: true })).toEqual(first);
  const after = [
    await system.inventory.counts(drop),
    await system.inventory.seatMap(drop),
    await system.ledger(place),
  ];
  expect(after).toEqual(before);
});

test('also when its holds have ended, were paid, or went on to others since', async () => {
  const { place } = await system.openDrop({ sections: box(2), standbyLimit: 1 });
  const batch = newBatch('1:1,2:1,3:1');
  const first = await system.inventory.claim(place, batch, { mayBorrow: false });
  if (first.kind !== 'decided' || first.outcomes[1]?.kind !== 'held') throw new Error('not held');
  await system.inventory.leave(place, 1);
  await system.inventory.completePayment(place, first.outcomes[1].hold);
  expect(await system.inventory.claim(place, batch, { mayBorrow: false })).toEqual(first);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'held', seats: ['0.1'] });
});

test('so many batches are remembered as can be under way, and then forgotten', async () => {
  const { drop, place } = await system.openDrop({ sections: box(2), standbyLimit: 1 });
  const early = newBatch('1:1,2:1,3:1,4:1');
  const first = await system.inventory.claim(place, early, { mayBorrow: false });
  const later = Array.from({ length: 512 }, (_, index) => newBatch(`${index + 10}:1`));
  for (const batch of later.slice(0, 511)) await system.inventory.claim(place, batch, { mayBorrow: false });
  expect(await system.inventory.claim(place, early, { mayBorrow: false })).toEqual(first);

  await system.inventory.claim(place, later[511] ?? early, { mayBorrow: false });
  expect(await system.redis.hlen(system.inventory.keys.key(place, 'batches'))).toBe(512);
  // Buyers keep what they have, and a buyer whose hold has ended gets no other: no entry is decided twice.
  const [winner] = first.kind === 'decided' ? first.outcomes : [];
  if (winner?.kind !== 'held') throw new Error('not held');
  await system.inventory.leave(place, 1);
  const second = await system.inventory.claim(place, early, { mayBorrow: false });
  expect(second.kind === 'decided' && second.outcomes).toEqual([
    { kind: 'duplicate', buyerId: 1, entryId: winner.hold.holdId, state: 'ended' },
    { kind: 'duplicate', buyerId: 2, entryId: entryIdOf(early.id, 1), state: 'hold' },
    { kind: 'duplicate', buyerId: 3, entryId: entryIdOf(early.id, 2), state: 'hold' },
    { kind: 'standby', buyerId: 4, entryId: entryIdOf(early.id, 3), position: 1 },
  ]);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, free: 0 });
});

test('entry ids count alike in Lua and in TypeScript, for the largest batch and beyond', async () => {
  const { place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 6, seatsPerRow: 100 }] });
  const batch = newBatch(Array.from({ length: 600 }, (_, index) => `${index + 1}:1`).join(','));
  await system.inventory.claim(place, batch, { mayBorrow: false });
  const holds = await system.redis.hkeys(system.inventory.keys.key(place, 'holds'));
  const expected = Array.from({ length: 600 }, (_, index) => entryIdOf(batch.id, index));
  expect(holds.toSorted()).toEqual(expected.toSorted());
});
