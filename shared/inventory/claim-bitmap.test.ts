import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
const { inventory, redis } = system;
afterAll(() => system.stop());

const sections = [{ name: 'Stalls', rows: 8, seatsPerRow: 1 }];

test('those who got nothing take one bit for each buyer of the partition, not for each user', async () => {
  const partitions = 8;
  const { drop } = await system.openDrop({ partitions, sections });
  const newest = 8_000_005;
  const place = { dropId: drop.id, partition: newest % partitions };
  await system.decide(place, `${newest - partitions}:1,${newest}:1`);

  expect(await inventory.view(place, newest)).toMatchObject({ kind: 'sold_out' });
  expect(await redis.strlen(inventory.keys.key(place, 'soldout'))).toBe(
    Math.ceil((Math.floor(newest / partitions) + 1) / 8),
  );
});

test('neighbours in the bitmap are told apart, also by one who leaves', async () => {
  const partitions = 4;
  const { drop } = await system.openDrop({
    partitions,
    sections: [{ name: 'Stalls', rows: 4, seatsPerRow: 1 }],
    standbyLimit: 4,
  });
  const place = { dropId: drop.id, partition: 1 };
  // One seat, one place in standby: the others get nothing.
  expect(await system.decide(place, '1:1,5:1,9:1,13:1')).toEqual([
    'held 1.1',
    'standby 1',
    'sold_out',
    'sold_out',
  ]);
  await inventory.leave(place, 5);
  expect(await system.decide(place, '9:1')).toEqual(['standby 1']);
  await inventory.leave(place, 9);
  const kinds = await Promise.all(
    [5, 9, 13, 17].map(async (buyer) => (await inventory.view(place, buyer)).kind),
  );
  expect(kinds).toEqual(['none', 'none', 'sold_out', 'none']);
});

test('a drop that was stocked before the bitmap was narrow keeps its wide one', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections });
  const place = { dropId: drop.id, partition: 1 };
  await redis.hdel(inventory.keys.key(place, 'meta'), 'soldOutBy');
  await redis.setbit(inventory.keys.key(place, 'soldout'), 7, 1);
  expect((await inventory.view(place, 7)).kind).toBe('sold_out');
  expect((await inventory.view(place, 3)).kind).toBe('none');
});
