import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

test('not before its time', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  const early = await system.inventory.release(place, hold.holdId);
  expect(early.kind).toBe('early');
  expect(early.kind === 'early' && early.msLeft > 0 && early.msLeft <= 600_000).toBe(true);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 1 });
});

test('once its time is over, and only once', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1, 3);
  await system.letLapse(place, hold.holdId);
  expect(await system.inventory.release(place, hold.holdId)).toMatchObject({
    kind: 'released',
    buyerId: 1,
    promoted: [],
  });
  const after = { free: 10, held: 0, capacity: 10 };
  expect(await system.inventory.counts(drop)).toMatchObject(after);
  expect(await system.inventory.seatMap(drop)).toEqual(['..........']);
  expect(await system.inventory.release(place, hold.holdId)).toMatchObject({
    kind: 'settled',
    state: 'released',
  });
  expect(await system.inventory.counts(drop)).toMatchObject(after);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released', holdId: hold.holdId });
});

test('not while it is being paid, nor once it is sold', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  await system.inventory.beginPayment(place, hold, 'request-1');
  await system.letLapse(place, hold.holdId);
  expect(await system.inventory.release(place, hold.holdId)).toMatchObject({
    kind: 'settled',
    state: 'paying',
  });
  expect(await system.inventory.overdue(place, 0)).toEqual([]);
  await system.inventory.completePayment(place, hold);
  expect(await system.inventory.release(place, hold.holdId)).toMatchObject({
    kind: 'settled',
    state: 'sold',
  });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, free: 9 });
});

test('a hold that never was is unknown', async () => {
  const { place } = await system.openDrop();
  expect(await system.inventory.release(place, '0123456789abcd-0')).toMatchObject({ kind: 'unknown' });
});

test('the sweeper finds those whose time was over long enough ago, five hundred at a time', async () => {
  const { place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 6, seatsPerRow: 100 }] });
  const buyers = Array.from({ length: 600 }, (_, index) => index + 1);
  const outcomes = await system.claim(place, buyers.map((buyer) => `${buyer}:1`).join(','));
  expect(await system.inventory.overdue(place, 0)).toEqual([]);
  for (const outcome of outcomes.slice(0, 550)) {
    if (outcome.kind === 'held') await system.letLapse(place, outcome.hold.holdId);
  }
  expect(await system.inventory.overdue(place, 3_600_000)).toEqual([]);
  const overdue = await system.inventory.overdue(place, 2_000);
  expect(overdue).toHaveLength(500);
  for (const { holdId } of overdue) await system.inventory.release(place, holdId);
  expect(await system.inventory.overdue(place, 2_000)).toHaveLength(50);
  const [first] = overdue;
  const given = outcomes.find((outcome) => outcome.kind === 'held' && outcome.hold.holdId === first?.holdId);
  expect(given).toMatchObject({ hold: { buyerId: first?.buyerId, seats: first?.seats } });
});

describe('given back', () => {
  test('a hold ends at once, and goes to standby', async () => {
    const { place } = await system.openDrop({
      sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
      standbyLimit: 1,
    });
    const hold = await system.hold(place, 1);
    await system.decide(place, '2:1');
    const left = await system.inventory.leave(place, 1);
    expect(left).toMatchObject({ kind: 'released', holdId: hold.holdId, promoted: [{ buyerId: 2 }] });
    expect(await system.inventory.leave(place, 1)).toMatchObject({ kind: 'none' });
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  });

  test('but neither one in payment nor a paid one', async () => {
    const { place } = await system.openDrop();
    const hold = await system.hold(place, 1);
    await system.inventory.beginPayment(place, hold, 'request-1');
    expect(await system.inventory.leave(place, 1)).toMatchObject({ kind: 'paying' });
    await system.inventory.completePayment(place, hold);
    expect(await system.inventory.leave(place, 1)).toMatchObject({ kind: 'sold' });
  });

  test('who has nothing has nothing to give back', async () => {
    const { place } = await system.openDrop();
    expect(await system.inventory.leave(place, 7)).toMatchObject({ kind: 'none' });
  });
});
