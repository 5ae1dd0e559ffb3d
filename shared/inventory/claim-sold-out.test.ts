import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const box = (seatsPerRow: number) => [{ name: 'Box', rows: 1, seatsPerRow }];

test('who got nothing is told so again later; who never entered is not', async () => {
  const { place } = await system.openDrop({ sections: box(1) });
  expect(await system.decide(place, '1:1,2:1,3:1')).toEqual(['held 0.1', 'sold_out', 'sold_out']);
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'sold_out' });
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'sold_out' });
  expect(await system.inventory.view(place, 4)).toMatchObject({ kind: 'none' });
});

test('a new entry after a seat came back wins', async () => {
  const { place } = await system.openDrop({ sections: box(1) });
  await system.decide(place, '1:1,2:1');
  await system.inventory.leave(place, 1);
  expect(await system.decide(place, '2:1')).toEqual(['held 0.1']);
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'held' });
});

test('whose hold ended and who then gets nothing is told sold out, not released', async () => {
  const { place } = await system.openDrop({ sections: box(1) });
  await system.hold(place, 1);
  await system.inventory.leave(place, 1);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  await system.hold(place, 2);
  expect(await system.decide(place, '1:1')).toEqual(['sold_out']);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold_out' });
});

test('who was sold out, then stood by, and then left is none of both', async () => {
  const { place } = await system.openDrop({ sections: box(1), standbyLimit: 1 });
  expect(await system.decide(place, '1:1,2:1,3:1')).toEqual(['held 0.1', 'standby 1', 'sold_out']);
  await system.inventory.leave(place, 2);
  expect(await system.decide(place, '3:1')).toEqual(['standby 1']);
  await system.inventory.leave(place, 3);
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'none' });
});

test('a request for more than a buyer may have, or for nothing, gets nothing', async () => {
  const { drop, place } = await system.openDrop({ sections: box(9), maxPerBuyer: 2 });
  expect(await system.decide(place, '1:3,2:0,3:99,4:2')).toEqual([
    'sold_out',
    'sold_out',
    'sold_out',
    'held 0.4+0.5',
  ]);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, free: 7, standby: 0 });
});

test('five hundred losers between two winners come out in order', async () => {
  const { place } = await system.openDrop({ sections: box(4), maxPerBuyer: 2 });
  const entries = ['1:2', ...Array.from({ length: 498 }, (_, index) => `${index + 10}:3`), '2:2'];
  const outcomes = await system.decide(place, entries.join(','));
  expect(outcomes).toEqual([
    'held 0.2+0.3',
    ...Array.from({ length: 498 }, () => 'sold_out'),
    'held 0.1+0.4',
  ]);
});

test('buyers with the highest ids MySQL can give', async () => {
  const { place } = await system.openDrop({ sections: box(1) });
  // Redis keeps a bit for each id up to the highest, so this one costs it half a gigabyte; hence not 2^32 - 1.
  expect(await system.decide(place, '4294967295:1,16777216:1')).toEqual(['held 0.1', 'sold_out']);
  expect(await system.inventory.view(place, 4_294_967_295)).toMatchObject({ kind: 'held' });
  expect(await system.inventory.view(place, 16_777_216)).toMatchObject({ kind: 'sold_out' });
});
