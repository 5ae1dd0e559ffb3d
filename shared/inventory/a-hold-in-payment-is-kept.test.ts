import { createTestInventory } from '../../testing/inventory.ts';

const shop = createTestInventory();
afterAll(() => shop.stop());

const box = [{ name: 'Box', rows: 1, seatsPerRow: 2 }];

test('held becomes paying, with the seats and the number of the attempt', async () => {
  const { drop, place } = await shop.onSale();
  const hold = await shop.hold(place, 1, 2);
  const begun = {
    kind: 'paying',
    attempt: 1,
    seats: hold.seats,
    expiresAt: hold.expiresAt,
  };
  expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual(begun);
  expect(await shop.inventory.counts(drop)).toMatchObject({ held: 0, paying: 2, free: 8 });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'paying', holdId: hold.holdId });
  // The request that pays may come again (its answer was lost); another one may not.
  expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual(begun);
  expect(await shop.inventory.beginPayment(place, hold, 'request-2')).toEqual({
    kind: 'under_way',
    attempt: 1,
  });
  expect(await shop.inventory.counts(drop)).toMatchObject({ held: 0, paying: 2, free: 8 });
});

test('of two requests at once one pays', async () => {
  const { place } = await shop.onSale();
  const hold = await shop.hold(place, 1);
  const requests = Array.from({ length: 10 }, (_, index) =>
    shop.inventory.beginPayment(place, hold, `request-${index}`),
  );
  const kinds = (await Promise.all(requests)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'paying')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'under_way')).toHaveLength(9);
});

test('nobody pays for somebody else, nor for a hold that has ended', async () => {
  const { place } = await shop.onSale();
  const hold = await shop.hold(place, 1);
  const foreign = { ...hold, buyerId: 2 };
  expect(await shop.inventory.beginPayment(place, foreign, 'request-1')).toEqual({ kind: 'expired' });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'held' });

  await shop.letLapse(place, hold.holdId);
  expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
  await shop.inventory.release(place, hold.holdId);
  expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });

  const paid = await shop.hold(place, 3);
  await shop.inventory.beginPayment(place, paid, 'request-2');
  await shop.inventory.completePayment(place, paid);
  expect(await shop.inventory.beginPayment(place, paid, 'request-2')).toEqual({ kind: 'sold' });
});

test('holds that are in payment for too long are found', async () => {
  const { place } = await shop.onSale();
  const hold = await shop.hold(place, 1, 2);
  await shop.inventory.beginPayment(place, hold, 'request-1');
  expect(await shop.inventory.paying(place, 60_000)).toEqual([]);
  await shop.backdate(place, 'paying', hold.holdId, 61_000);
  expect(await shop.inventory.paying(place, 60_000)).toMatchObject([
    { holdId: hold.holdId, buyerId: 1, state: 'paying', attempt: 1, seats: hold.seats },
  ]);
});

describe('a declined payment', () => {
  test('gives the rest of the hold time for another try', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1);
    await shop.inventory.beginPayment(place, hold, 'request-1');
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'held',
      expiresAt: hold.expiresAt,
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ held: 1, paying: 0 });
    expect(await shop.inventory.beginPayment(place, hold, 'request-2')).toMatchObject({
      kind: 'paying',
      attempt: 2,
    });
    // Late words on the first attempt say nothing about the second.
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'paying',
    });
    expect(await shop.inventory.declinePayment(place, hold.holdId, 2)).toMatchObject({ kind: 'held' });
    expect(await shop.inventory.declinePayment(place, hold.holdId, 2)).toMatchObject({
      kind: 'settled',
      state: 'held',
    });
    await shop.letLapse(place, hold.holdId);
    expect(await shop.inventory.release(place, hold.holdId)).toMatchObject({ kind: 'released' });
  });

  test('ends a hold whose time was over meanwhile, and the next in standby gets the seats', async () => {
    const { drop, place } = await shop.onSale({ sections: box, standbyLimit: 1 });
    const hold = await shop.hold(place, 1, 2);
    await shop.decide(place, '2:2');
    await shop.inventory.beginPayment(place, hold, 'request-1');
    await shop.letLapse(place, hold.holdId);
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'released',
      buyerId: 1,
      promoted: [{ buyerId: 2, seats: ['0.1', '0.2'] }],
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ held: 2, paying: 0, standby: 0 });
    expect(await shop.inventory.paying(place, 0)).toEqual([]);
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
  });

  test('of a hold that never was is unknown', async () => {
    const { place } = await shop.onSale();
    expect(await shop.inventory.declinePayment(place, '0123456789abcd-0', 1)).toMatchObject({
      kind: 'unknown',
    });
  });
});

describe('a hold that Redis has forgotten', () => {
  test('is taken up again while its seats are free', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1, 2);
    await shop.forgetHold(place, hold.holdId);
    expect(await shop.inventory.counts(drop)).toMatchObject({ free: 10, held: 0 });
    expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual({
      kind: 'paying',
      attempt: 1,
      seats: hold.seats,
      expiresAt: hold.expiresAt,
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ free: 8, held: 0, paying: 2 });
    expect(await shop.inventory.seatMap(drop)).toEqual(['....hh....']);
    expect(await shop.decide(place, '1:1')).toEqual(['duplicate hold']);
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({ kind: 'held' });
    await shop.letLapse(place, hold.holdId);
    expect(await shop.inventory.overdue(place, 0)).toMatchObject([{ holdId: hold.holdId }]);
  });

  test('not when somebody has one of its seats', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1, 2);
    await shop.forgetHold(place, hold.holdId);
    await shop.hold(place, 2, 1);
    expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
    expect(await shop.inventory.counts(drop)).toMatchObject({ free: 9, held: 1, paying: 0 });
  });

  test('not when its time is over, nor when its buyer has another one by now', async () => {
    const { place } = await shop.onSale();
    const hold = await shop.hold(place, 1);
    await shop.forgetHold(place, hold.holdId);
    const late = { ...hold, expiresAt: Date.now() - 1 };
    expect(await shop.inventory.beginPayment(place, late, 'request-1')).toEqual({ kind: 'expired' });
    const second = await shop.hold(place, 1);
    const elsewhere = { ...hold, seats: ['0.1'] };
    expect(await shop.inventory.beginPayment(place, elsewhere, 'request-1')).toEqual({ kind: 'expired' });
    expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'held', holdId: second.holdId });
  });

  test('not for seats that the partition does not have', async () => {
    const { drop } = await shop.onSale({
      partitions: 2,
      sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 2 }],
    });
    const place = { dropId: drop.id, partition: 0 };
    for (const seats of [['1.1'], ['0.3'], ['7.1'], ['0.1', '1.1']]) {
      const token = { holdId: '0123456789abcd-0', buyerId: 2, seats, expiresAt: Date.now() + 60_000 };
      expect(await shop.inventory.beginPayment(place, token, 'request-1')).toEqual({ kind: 'expired' });
    }
    expect(await shop.inventory.counts(drop)).toMatchObject({ free: 4, paying: 0 });
  });

  test('takes its buyer out of standby', async () => {
    const { drop, place } = await shop.onSale({ sections: box, standbyLimit: 2 });
    const hold = await shop.hold(place, 1);
    await shop.hold(place, 2);
    await shop.forgetHold(place, hold.holdId);
    await shop.decide(place, '1:2');
    expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'standby' });
    expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toMatchObject({ kind: 'paying' });
    expect(await shop.inventory.counts(drop)).toMatchObject({ standby: 0, paying: 1, held: 1 });
  });
});
