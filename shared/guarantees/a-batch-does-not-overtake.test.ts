import { createTestInventory, inShort, newBatch } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

test('a batch that follows another one is decided after it or not at all', async () => {
  const { drop, place } = await system.openDrop();
  const [first, second] = [newBatch('1:1'), newBatch('2:1')];
  const claim = (batch: typeof first, after?: typeof first) =>
    system.inventory.claim(place, batch, { mayBorrow: false, after });

  expect(await claim(second, first)).toEqual({ kind: 'out_of_turn' });
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 0, decided: 0 });
  expect(await system.ledger(place)).toHaveLength(1); // the record of going on sale

  const decided = await claim(first);
  const next = await claim(second, first);
  expect(
    [decided, next].map((each) => (each.kind === 'decided' ? each.outcomes.map(inShort) : each)),
  ).toEqual([['held 0.5'], ['held 0.6']]);
  // When redelivered it gets the same outcomes, whatever batch it is said to follow.
  expect(await claim(second, newBatch('3:1'))).toEqual(next);
});

test('batches sent at once are decided in their order', async () => {
  const { place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 50 }] });
  const batches = Array.from({ length: 30 }, (_, index) => newBatch(`${index + 1}:1`));
  const results = await Promise.all(
    batches.map((batch, at) =>
      system.inventory.claim(place, batch, { mayBorrow: false, after: batches[at - 1] }),
    ),
  );
  expect(results.map(({ kind }) => kind)).toEqual(batches.map(() => 'decided'));
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim');
  expect(claims.map(({ b }) => b)).toEqual(batches.map(({ id }) => id));
});
