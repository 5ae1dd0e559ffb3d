import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const box = [{ name: 'Box', rows: 1, seatsPerRow: 2 }];

test('held becomes paying, with the seats and the number of the attempt', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1, 2);
  const begun = {
    kind: 'paying',
    attempt: 1,
    seats: hold.seats,
    expiresAt: hold.expiresAt,
  };
  expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual(begun);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 0, paying: 2, free: 8 });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'paying', holdId: hold.holdId });
  // The request that pays may come again (its answer was lost); another one may not.
  expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual(begun);
  expect(await system.inventory.beginPayment(place, hold, 'request-2')).toEqual({
    kind: 'under_way',
    attempt: 1,
  });
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 0, paying: 2, free: 8 });
});

test('of two requests at once one pays', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  const requests = Array.from({ length: 10 }, (_, index) =>
    system.inventory.beginPayment(place, hold, `request-${index}`),
  );
  const kinds = (await Promise.all(requests)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'paying')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'under_way')).toHaveLength(9);
});

test('nobody pays for somebody else, nor for a hold that has ended', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  const foreign = { ...hold, buyerId: 2 };
  expect(await system.inventory.beginPayment(place, foreign, 'request-1')).toEqual({ kind: 'expired' });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'held' });

  await system.letLapse(place, hold.holdId);
  expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
  await system.inventory.release(place, hold.holdId);
  expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });

  const paid = await system.hold(place, 3);
  await system.inventory.beginPayment(place, paid, 'request-2');
  await system.inventory.completePayment(place, paid);
  expect(await system.inventory.beginPayment(place, paid, 'request-2')).toEqual({ kind: 'sold' });
});

test('holds that are in payment for too long are found', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1, 2);
  await system.inventory.beginPayment(place, hold, 'request-1');
  expect(await system.inventory.paying(place, 60_000)).toEqual([]);
  await system.backdate(place, 'paying', hold.holdId, 61_000);
  expect(await system.inventory.paying(place, 60_000)).toMatchObject([
    { holdId: hold.holdId, buyerId: 1, state: 'paying', attempt: 1, seats: hold.seats },
  ]);
});

describe('a declined payment', () => {
  test('gives the rest of the hold time for another try', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1);
    await system.inventory.beginPayment(place, hold, 'request-1');
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'held',
      expiresAt: hold.expiresAt,
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 1, paying: 0 });
    expect(await system.inventory.beginPayment(place, hold, 'request-2')).toMatchObject({
      kind: 'paying',
      attempt: 2,
    });
    // Late messages about the first attempt do not affect the second.
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'paying',
    });
    expect(await system.inventory.declinePayment(place, hold.holdId, 2)).toMatchObject({ kind: 'held' });
    expect(await system.inventory.declinePayment(place, hold.holdId, 2)).toMatchObject({
      kind: 'settled',
      state: 'held',
    });
    await system.letLapse(place, hold.holdId);
    expect(await system.inventory.release(place, hold.holdId)).toMatchObject({ kind: 'released' });
  });

  test('ends a hold whose time was over meanwhile, and the next in standby gets the seats', async () => {
    const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 1 });
    const hold = await system.hold(place, 1, 2);
    await system.decide(place, '2:2');
    await system.inventory.beginPayment(place, hold, 'request-1');
    await system.letLapse(place, hold.holdId);
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'released',
      buyerId: 1,
      promoted: [{ buyerId: 2, seats: ['0.1', '0.2'] }],
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, paying: 0, standby: 0 });
    expect(await system.inventory.paying(place, 0)).toEqual([]);
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
  });

  test('of a hold that never was is unknown', async () => {
    const { place } = await system.openDrop();
    expect(await system.inventory.declinePayment(place, '0123456789abcd-0', 1)).toMatchObject({
      kind: 'unknown',
    });
  });
});

describe('a hold that Redis has forgotten', () => {
  test('is taken up again while its seats are free', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1, 2);
    await system.forgetHold(place, hold.holdId);
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 10, held: 0 });
    expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({
      kind: 'paying',
      attempt: 1,
      seats: hold.seats,
      expiresAt: hold.expiresAt,
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 8, held: 0, paying: 2 });
    expect(await system.inventory.seatMap(drop)).toEqual(['....hh....']);
    expect(await system.decide(place, '1:1')).toEqual(['duplicate hold']);
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({ kind: 'held' });
    await system.letLapse(place, hold.holdId);
    expect(await system.inventory.overdue(place, 0)).toMatchObject([{ holdId: hold.holdId }]);
  });

  test('not when somebody has one of its seats', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1, 2);
    await system.forgetHold(place, hold.holdId);
    await system.hold(place, 2, 1);
    expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 9, held: 1, paying: 0 });
  });

  test('not when its time is over, nor when its buyer has another one by now', async () => {
    const { place } = await system.openDrop();
    const hold = await system.hold(place, 1);
    await system.forgetHold(place, hold.holdId);
    const late = { ...hold, expiresAt: Date.now() - 1 };
    expect(await system.inventory.beginPayment(place, late, 'request-1')).toEqual({ kind: 'expired' });
    const second = await system.hold(place, 1);
    const elsewhere = { ...hold, seats: ['0.1'] };
    expect(await system.inventory.beginPayment(place, elsewhere, 'request-1')).toEqual({ kind: 'expired' });
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'held', holdId: second.holdId });
  });

  test('not for seats that the partition does not have', async () => {
    const { drop } = await system.openDrop({
      partitions: 2,
      sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 2 }],
    });
    const place = { dropId: drop.id, partition: 0 };
    for (const seats of [['1.1'], ['0.3'], ['7.1'], ['0.1', '1.1']]) {
      const token = { holdId: '0123456789abcd-0', buyerId: 2, seats, expiresAt: Date.now() + 60_000 };
      expect(await system.inventory.beginPayment(place, token, 'request-1')).toEqual({ kind: 'expired' });
    }
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 4, paying: 0 });
  });

  test('takes its buyer out of standby', async () => {
    const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 2 });
    const hold = await system.hold(place, 1);
    await system.hold(place, 2);
    await system.forgetHold(place, hold.holdId);
    await system.decide(place, '1:2');
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'standby' });
    expect(await system.inventory.beginPayment(place, hold, 'request-1')).toMatchObject({ kind: 'paying' });
    expect(await system.inventory.counts(drop)).toMatchObject({ standby: 0, paying: 1, held: 1 });
  });
});
