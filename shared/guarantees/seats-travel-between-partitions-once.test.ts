import { createTestInventory, newBatch } from '../../testing/inventory.ts';
import { newBatchId } from '../inventory/entry-id.ts';

const system = createTestInventory();
afterAll(() => system.stop());

/** Two partitions; the first has row 0 (three seats), the second row 1. */
const twoPartitions = async (standbyLimit = 4) => {
  const { drop } = await system.openDrop({
    partitions: 2,
    standbyLimit,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 3 }],
  });
  return { drop, here: { dropId: drop.id, partition: 0 }, there: { dropId: drop.id, partition: 1 } };
};

test('a batch that wants more than its partition has is not decided while others may have seats', async () => {
  const { here } = await twoPartitions();
  const batch = newBatch('2:2,4:2,6:1,2:4');
  expect(await system.inventory.claim(here, batch, { mayBorrow: true })).toEqual({
    kind: 'short',
    missing: 6,
    partitions: 2,
  });
  expect(await system.ledger(here)).toHaveLength(1);
  const decided = await system.inventory.claim(here, batch, { mayBorrow: false });
  expect(decided.kind === 'decided' && decided.outcomes.map(({ kind }) => kind)).toEqual([
    'held',
    'standby',
    'held',
    'duplicate',
  ]);
});

test('those who have something already want nothing more', async () => {
  const { here } = await twoPartitions();
  await system.hold(here, 2, 3);
  const again = await system.inventory.claim(here, newBatch('2:3'), { mayBorrow: true });
  expect(again).toMatchObject({ kind: 'decided', outcomes: [{ kind: 'duplicate' }] });
});

test('a drop of one partition is never short, nor is one that was cancelled', async () => {
  const { place } = await system.openDrop({ sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }] });
  expect(await system.inventory.claim(place, newBatch('1:4'), { mayBorrow: true })).toMatchObject({
    kind: 'decided',
  });
  const { here } = await twoPartitions();
  await system.inventory.cancel(here);
  expect(await system.inventory.claim(here, newBatch('2:4'), { mayBorrow: true })).toMatchObject({
    kind: 'decided',
    outcomes: [{ kind: 'sold_out' }],
  });
});

test('lent seats leave one partition at once and arrive in the other once', async () => {
  const { drop, here, there } = await twoPartitions();
  const transfer = newBatchId();
  const seats = await system.inventory.lend(there, transfer, 0, 2);
  expect(seats).toEqual(['1.1', '1.2']);
  expect(await system.inventory.partitionCounts(drop)).toMatchObject([
    { capacity: 3, free: 3 },
    { capacity: 1, free: 1 },
  ]);
  expect(await system.inventory.seatMap(drop)).toEqual(['...', '--.']);
  expect(await system.inventory.transfers(there)).toEqual([{ transfer, to: 0, seats }]);
  // If the call is repeated, the same seats are lent and no others.
  expect(await system.inventory.lend(there, transfer, 0, 3)).toEqual(seats);
  expect(await system.inventory.partitionCounts(drop)).toMatchObject([{ capacity: 3 }, { capacity: 1 }]);

  for (const _ of [1, 2]) {
    expect(await system.inventory.borrow(here, transfer, seats)).toEqual([]);
    expect(await system.inventory.partitionCounts(drop)).toMatchObject([
      { capacity: 5, free: 5 },
      { capacity: 1, free: 1 },
    ]);
  }
  await system.inventory.forgetTransfer(there, transfer);
  expect(await system.inventory.transfers(there)).toEqual([]);
  expect(await system.inventory.borrow(here, transfer, seats)).toEqual([]);
  expect(await system.inventory.seatMap(drop)).toEqual(['...', '...']);
  expect(await system.decide(here, '2:3,4:2')).toEqual(['held 0.1+0.2+0.3', 'held 1.1+1.2']);
  expect(await system.inventory.seatMap(drop)).toEqual(['hhh', 'hh.']);
});

test('seats can come back to where they were, and be sold there', async () => {
  const { drop, here, there } = await twoPartitions();
  const [out, back] = [newBatchId(), newBatchId()];
  await system.inventory.borrow(here, out, await system.inventory.lend(there, out, 0, 3));
  await system.hold(here, 2, 3);
  const returned = await system.inventory.lend(here, back, 1, 9);
  expect(returned).toEqual(['1.1', '1.2', '1.3']);
  await system.inventory.borrow(there, back, returned);
  expect(await system.decide(there, '1:3')).toEqual(['held 1.1+1.2+1.3']);
  expect(await system.inventory.counts(drop)).toMatchObject({ capacity: 6, held: 6, free: 0 });
});

test('seats that arrive go to standby first', async () => {
  const { drop, here, there } = await twoPartitions();
  await system.hold(here, 2, 3);
  await system.decide(here, '4:2,6:1');
  const transfer = newBatchId();
  const seats = await system.inventory.lend(there, transfer, 0, 3);
  const promoted = await system.inventory.borrow(here, transfer, seats);
  expect(promoted.map(({ buyerId, seats: given }) => [buyerId, given])).toEqual([
    [4, ['1.1', '1.2']],
    [6, ['1.3']],
  ]);
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 0, held: 6 });
});

test('nothing is lent by one that has nothing, nor by one that was cancelled', async () => {
  const { drop, here, there } = await twoPartitions();
  await system.hold(there, 1, 3);
  expect(await system.inventory.lend(there, newBatchId(), 0, 1)).toEqual([]);
  await system.inventory.cancel(here);
  expect(await system.inventory.lend(here, newBatchId(), 1, 1)).toEqual([]);
  expect(await system.inventory.lend(there, newBatchId(), 0, 0)).toEqual([]);
  expect(await system.inventory.counts(drop)).toMatchObject({ capacity: 6 });
});

test('no call moves so many that it would keep the node for long', async () => {
  const { drop } = await system.openDrop({
    partitions: 2,
    standbyLimit: 20_000,
    sections: [{ name: 'Stalls', rows: 100, seatsPerRow: 200 }],
  });
  const [here, there] = [
    { dropId: drop.id, partition: 0 },
    { dropId: drop.id, partition: 1 },
  ];
  const all = newBatchId();
  const seats = await system.inventory.lend(there, all, 0, 10_000);
  expect(seats).toHaveLength(500);
  const promoted = await system.inventory.borrow(here, all, seats);
  expect(promoted).toEqual([]);
  expect(await system.inventory.counts(drop)).toMatchObject({ capacity: 20_000, free: 20_000 });
});
