import { createTestInventory, newBatch } from '../../testing/inventory.ts';

const one = createTestInventory({ replicaAcks: 1 });
const many = createTestInventory({ replicaAcks: 5 });
afterAll(async () => {
  await one.stop();
  await many.stop();
});

test('a batch that a replica has is decided, and comes again like any other', async () => {
  const { place } = await one.openDrop();
  const batch = newBatch('1:1,2:2,1:1');
  const first = await one.inventory.claim(place, batch, { mayBorrow: true });
  expect(first.kind === 'decided' && first.outcomes.map(({ kind }) => kind)).toEqual([
    'held',
    'held',
    'duplicate',
  ]);
  expect(await one.inventory.claim(place, batch, { mayBorrow: true })).toEqual(first);
});

test('with fewer replicas than wanted, batches are decided all the same', async () => {
  const { place } = await many.openDrop();
  for (let buyer = 1; buyer <= 5; buyer += 1) {
    expect(await many.decide(place, `${buyer}:1`)).toEqual([expect.stringMatching(/^held /)]);
  }
});
