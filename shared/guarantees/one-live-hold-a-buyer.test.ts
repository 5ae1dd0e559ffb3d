import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

test('a second entry of a buyer with a hold is a duplicate of the first, also in the same batch', async () => {
  const { drop, place } = await system.openDrop();
  const [first, again] = await system.claim(place, '1:2,1:3');
  const [later] = await system.claim(place, '1:1');
  if (first?.kind !== 'held') throw new Error('not held');
  const duplicate = { kind: 'duplicate', buyerId: 1, entryId: first.hold.holdId, state: 'hold' };
  expect([again, later]).toEqual([duplicate, duplicate]);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, free: 8 });
});

test('so is one of a buyer in standby', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
    standbyLimit: 5,
  });
  const [, waits, again] = await system.claim(place, '1:1,2:1,2:1');
  const [later] = await system.claim(place, '2:1');
  if (waits?.kind !== 'standby') throw new Error('not in standby');
  const duplicate = { kind: 'duplicate', buyerId: 2, entryId: waits.entryId, state: 'standby' };
  expect([again, later]).toEqual([duplicate, duplicate]);
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 1 });
});

test('and one of a buyer who is paying or has paid', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  await system.inventory.beginPayment(place, hold, 'request-1');
  expect(await system.decide(place, '1:1')).toEqual(['duplicate hold']);
  await system.inventory.completePayment(place, hold);
  expect(await system.decide(place, '1:1')).toEqual(['duplicate hold']);
});

test('whose hold has ended may try again', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  await system.letLapse(place, hold.holdId);
  await system.inventory.release(place, hold.holdId);
  const second = await system.hold(place, 1, 2);
  expect(second.holdId).not.toBe(hold.holdId);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'held', holdId: second.holdId });
  // Late messages about the first hold do not affect the second.
  expect(await system.inventory.release(place, hold.holdId)).toMatchObject({
    kind: 'settled',
    state: 'released',
  });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'held', holdId: second.holdId });
});

test('who left standby or got nothing may try again', async () => {
  const { place } = await system.openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
    standbyLimit: 1,
  });
  expect(await system.decide(place, '1:2,2:1,3:1')).toEqual(['held 0.1+0.2', 'standby 1', 'sold_out']);
  await system.inventory.leave(place, 2);
  expect(await system.decide(place, '3:1,2:1')).toEqual(['standby 1', 'sold_out']);
});
