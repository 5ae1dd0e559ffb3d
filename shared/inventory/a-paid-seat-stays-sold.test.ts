import { createTestInventory } from '../../testing/inventory.ts';

const shop = createTestInventory();
afterAll(() => shop.stop());

const box = [{ name: 'Box', rows: 1, seatsPerRow: 2 }];

test('paying becomes sold, however often it is said', async () => {
  const { drop, place } = await shop.onSale();
  const hold = await shop.hold(place, 1, 2);
  await shop.inventory.beginPayment(place, hold, 'request-1');
  for (const _ of [1, 2]) {
    expect(await shop.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
    expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 2, paying: 0, held: 0, free: 8 });
  }
  expect(await shop.inventory.seatMap(drop)).toEqual(['....ss....']);
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: hold.seats });
  expect(await shop.inventory.paying(place, 0)).toEqual([]);
  expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
    kind: 'settled',
    state: 'sold',
  });
});

test('MySQL has the last word: also a hold that Redis thinks is held becomes sold', async () => {
  const { drop, place } = await shop.onSale();
  const hold = await shop.hold(place, 1);
  expect(await shop.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 1, held: 0, free: 9 });
  await shop.letLapse(place, hold.holdId);
  expect(await shop.inventory.overdue(place, 0)).toEqual([]);
});

test('so does one that Redis has released or forgotten, while its seats are free', async () => {
  const { drop, place } = await shop.onSale();
  const released = await shop.hold(place, 1);
  await shop.inventory.leave(place, 1);
  expect(await shop.inventory.completePayment(place, released)).toMatchObject({ kind: 'sold' });
  const forgotten = await shop.hold(place, 2, 2);
  await shop.forgetHold(place, forgotten.holdId);
  expect(await shop.inventory.completePayment(place, forgotten)).toMatchObject({ kind: 'sold' });
  expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 3, held: 0, free: 7 });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: released.seats });
  expect(await shop.inventory.view(place, 2)).toMatchObject({ kind: 'sold', seats: forgotten.seats });
});

test('what a failover left over of a buyer who has paid since ends by itself, and does not touch the order', async () => {
  const { drop, place } = await shop.onSale({ sections: [{ name: 'Stalls', rows: 3, seatsPerRow: 2 }] });
  const lost = await shop.hold(place, 1);
  await shop.hold(place, 2);
  await shop.forgetHold(place, lost.holdId);
  const second = await shop.hold(place, 1, 2);
  expect([lost.seats, second.seats]).toEqual([['0.1'], ['1.1', '1.2']]);
  expect(await shop.inventory.completePayment(place, lost)).toMatchObject({ kind: 'sold' });
  await shop.letLapse(place, second.holdId);
  expect(await shop.inventory.release(place, second.holdId)).toMatchObject({ kind: 'released' });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'sold', holdId: lost.holdId });
  expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 1, held: 1, free: 4 });
});

test('but seats that somebody else has by now are a conflict, and nothing changes', async () => {
  const { drop, place } = await shop.onSale({ sections: box });
  const released = await shop.hold(place, 1, 2);
  await shop.inventory.leave(place, 1);
  const later = await shop.hold(place, 2);
  expect(await shop.inventory.completePayment(place, released)).toMatchObject({ kind: 'conflict' });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  expect(await shop.inventory.view(place, 2)).toMatchObject({ kind: 'held', seats: later.seats });
  expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 0, held: 1, free: 1 });
});

test('a buyer whose order arrives late leaves standby', async () => {
  const { drop, place } = await shop.onSale({ sections: box, standbyLimit: 2 });
  const hold = await shop.hold(place, 1);
  await shop.hold(place, 2);
  await shop.inventory.leave(place, 1);
  expect(await shop.decide(place, '1:2')).toEqual(['standby 1']);
  expect(await shop.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'sold', holdId: hold.holdId });
  expect(await shop.inventory.counts(drop)).toMatchObject({ standby: 0, sold: 1, held: 1, free: 0 });
});

describe('a refund', () => {
  test('puts the seats back on sale, once', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1, 2);
    await shop.inventory.completePayment(place, hold);
    expect(await shop.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'released',
      buyerId: 1,
      promoted: [],
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
    expect(await shop.inventory.seatMap(drop)).toEqual(['..........']);
    expect(await shop.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
    expect(await shop.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
    expect(await shop.decide(place, '1:1')).toEqual(['held 0.5']);
  });

  test('gives them to standby first', async () => {
    const { place } = await shop.onSale({ sections: box, standbyLimit: 1 });
    const hold = await shop.hold(place, 1, 2);
    await shop.inventory.completePayment(place, hold);
    await shop.decide(place, '2:1');
    expect(await shop.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'released',
      promoted: [{ buyerId: 2, seats: ['0.1'] }],
    });
  });

  test('is final: a late word on the payment does not sell the seats again', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1);
    await shop.inventory.completePayment(place, hold);
    await shop.inventory.reopen(place, hold.holdId);
    expect(await shop.inventory.completePayment(place, hold)).toMatchObject({ kind: 'refunded' });
    expect(await shop.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
    expect(await shop.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
    expect(await shop.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
  });

  test('of what is not sold changes nothing', async () => {
    const { drop, place } = await shop.onSale();
    const hold = await shop.hold(place, 1);
    expect(await shop.inventory.reopen(place, hold.holdId)).toMatchObject({ kind: 'settled', state: 'held' });
    expect(await shop.inventory.reopen(place, '0123456789abcd-0')).toMatchObject({ kind: 'unknown' });
    expect(await shop.inventory.counts(drop)).toMatchObject({ held: 1, free: 9 });
  });
});
