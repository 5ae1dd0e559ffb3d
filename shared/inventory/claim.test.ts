import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const row = (seatsPerRow: number, rows = 1) => [{ name: 'Stalls', rows, seatsPerRow }];
/** The seats that buyers get who come one after the other; 'sold_out' for those who get none. */
const inTurn = async (place: Parameters<typeof system.decide>[0], quantities: number[], firstBuyer = 1) =>
  (
    await system.decide(
      place,
      quantities.map((quantity, index) => `${firstBuyer + index}:${quantity}`).join(','),
    )
  ).map((outcome) => outcome.replace('held ', ''));

test('within a row seats go from the middle outwards, the lower number first', async () => {
  const even = await system.openDrop({ sections: row(6) });
  expect(await inTurn(even.place, [1, 1, 1, 1, 1, 1])).toEqual(['0.3', '0.4', '0.2', '0.5', '0.1', '0.6']);
  const odd = await system.openDrop({ sections: row(5) });
  expect(await inTurn(odd.place, [1, 1, 1, 1, 1])).toEqual(['0.3', '0.2', '0.4', '0.1', '0.5']);
});

test('rows go in the order of the sections, front to back', async () => {
  const { place } = await system.openDrop({
    sections: [
      { name: 'Stalls', rows: 2, seatsPerRow: 1 },
      { name: 'Balcony', rows: 1, seatsPerRow: 2 },
    ],
  });
  expect(await inTurn(place, [1, 1, 1, 1, 1])).toEqual(['0.1', '1.1', '2.1', '2.2', 'sold_out']);
});

test('rows are in order by number, not by how the number is written', async () => {
  const { place } = await system.openDrop({ sections: row(1, 12) });
  const seats = await inTurn(
    place,
    Array.from({ length: 12 }, () => 1),
  );
  expect(seats).toEqual(Array.from({ length: 12 }, (_, index) => `${index}.1`));
});

test('several seats are together in one row, in the run nearest to its middle', async () => {
  const even = await system.openDrop({ sections: row(10) });
  expect(await inTurn(even.place, [2, 2, 2, 2])).toEqual(['0.5+0.6', '0.3+0.4', '0.7+0.8', '0.1+0.2']);
  const odd = await system.openDrop({ sections: row(9) });
  expect(await inTurn(odd.place, [2, 4, 2])).toEqual(['0.4+0.5', '0.6+0.7+0.8+0.9', '0.2+0.3']);
  const whole = await system.openDrop({ sections: row(4) });
  expect(await inTurn(whole.place, [4])).toEqual(['0.1+0.2+0.3+0.4']);
});

test('together in a row further back is better than apart at the front', async () => {
  const { place } = await system.openDrop({ sections: row(5, 2) });
  expect(await inTurn(place, [1, 3, 2, 2])).toEqual(['0.3', '1.2+1.3+1.4', '0.1+0.2', '0.4+0.5']);
});

test('where no run is left, the best seats there are', async () => {
  const { place } = await system.openDrop({ sections: row(3, 3) });
  expect(await inTurn(place, [1, 1, 1, 3])).toEqual(['0.2', '0.1', '0.3', '1.1+1.2+1.3']);
  expect(await inTurn(place, [1], 10)).toEqual(['2.2']);
  expect(await inTurn(place, [2], 20)).toEqual(['2.1+2.3']);
});

test('seats of several rows where one row has too few', async () => {
  const { place } = await system.openDrop({ sections: row(2, 3) });
  expect(await inTurn(place, [3, 1, 2])).toEqual(['0.1+0.2+1.1', '1.2', '2.1+2.2']);
});

test('a run that comes free again is found again, though none was there before', async () => {
  const { place } = await system.openDrop({ sections: row(4), maxPerBuyer: 3 });
  const middle = await system.hold(place, 1, 2);
  expect(middle.seats).toEqual(['0.2', '0.3']);
  const apart = await system.hold(place, 2, 2);
  expect(apart.seats).toEqual(['0.1', '0.4']);
  await system.inventory.leave(place, 1);
  await system.inventory.leave(place, 2);
  expect((await system.hold(place, 3, 3)).seats).toEqual(['0.1', '0.2', '0.3']);
});

test('a better seat that comes free goes before a worse one that was free all the time', async () => {
  const { place } = await system.openDrop({ sections: row(3, 40) });
  const front = await system.hold(place, 1, 3);
  const next = await system.hold(place, 2, 3);
  expect([front.seats[0], next.seats[0]]).toEqual(['0.1', '1.1']);
  await system.inventory.leave(place, 1);
  expect((await system.hold(place, 3, 2)).seats).toEqual(['0.1', '0.2']);
  expect((await system.hold(place, 4, 1)).seats).toEqual(['0.3']);
  expect((await system.hold(place, 5, 1)).seats).toEqual(['2.2']);
});

test('seats over more rows than one look-up reads', async () => {
  const { place } = await system.openDrop({ sections: row(1, 150), maxPerBuyer: 10 });
  const seats = await inTurn(
    place,
    Array.from({ length: 15 }, () => 10),
  );
  expect(seats.join('+').split('+')).toEqual(Array.from({ length: 150 }, (_, index) => `${index}.1`));
});

test('rows whose odd seats are left over are passed over by who wants a pair, until one comes free', async () => {
  const { place } = await system.openDrop({ sections: row(3, 400), maxPerBuyer: 2 });
  await inTurn(
    place,
    Array.from({ length: 300 }, () => 2),
  );
  expect(await inTurn(place, [1], 1000)).toEqual(['0.3']);
  expect(await inTurn(place, [2], 1001)).toEqual(['300.1+300.2']);
  await system.inventory.leave(place, 5);
  expect(await inTurn(place, [2], 2000)).toEqual(['4.1+4.2']);
});

test('a partition of a drop that scripts of an earlier version have put on sale is sold on', async () => {
  const { place } = await system.openDrop({ sections: row(3, 40) });
  await inTurn(place, [2, 2, 3]);
  const key = (name: 'meta' | 'runs') => system.inventory.keys.key(place, name);
  await system.redis.unlink(key('runs'));
  await system.redis.hset(key('meta'), 'searchFrom', '0,1,2,2');
  expect(await inTurn(place, [2, 1, 1, 3], 10)).toEqual(['3.1+3.2', '0.3', '1.3', '4.1+4.2+4.3']);
  expect(await system.redis.hget(key('meta'), 'searchFrom')).toBeNull();
});
