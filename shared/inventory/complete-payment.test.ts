import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const box = [{ name: 'Box', rows: 1, seatsPerRow: 2 }];

test('paying becomes sold, however often it is said', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1, 2);
  await system.inventory.beginPayment(place, hold, 'request-1');
  for (const _ of [1, 2]) {
    expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, paying: 0, held: 0, free: 8 });
  }
  expect(await system.inventory.seatMap(drop)).toEqual(['....ss....']);
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: hold.seats });
  expect(await system.inventory.paying(place, 0)).toEqual([]);
  expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
    kind: 'settled',
    state: 'sold',
  });
});

test('MySQL has the last word: also a hold that Redis thinks is held becomes sold', async () => {
  const { drop, place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, held: 0, free: 9 });
  await system.letLapse(place, hold.holdId);
  expect(await system.inventory.overdue(place, 0)).toEqual([]);
});

test('so does one that Redis has released or forgotten, while its seats are free', async () => {
  const { drop, place } = await system.openDrop();
  const released = await system.hold(place, 1);
  await system.inventory.leave(place, 1);
  expect(await system.inventory.completePayment(place, released)).toMatchObject({ kind: 'sold' });
  const forgotten = await system.hold(place, 2, 2);
  await system.forgetHold(place, forgotten.holdId);
  expect(await system.inventory.completePayment(place, forgotten)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 3, held: 0, free: 7 });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: released.seats });
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'sold', seats: forgotten.seats });
});

test('what a failover left over of a buyer who has paid since ends by itself, and does not touch the order', async () => {
  const { drop, place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 3, seatsPerRow: 2 }] });
  const lost = await system.hold(place, 1);
  await system.hold(place, 2);
  await system.forgetHold(place, lost.holdId);
  const second = await system.hold(place, 1, 2);
  expect([lost.seats, second.seats]).toEqual([['0.1'], ['1.1', '1.2']]);
  expect(await system.inventory.completePayment(place, lost)).toMatchObject({ kind: 'sold' });
  await system.letLapse(place, second.holdId);
  expect(await system.inventory.release(place, second.holdId)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold', holdId: lost.holdId });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, held: 1, free: 4 });
});

test('but seats that somebody else has by now are a conflict, and nothing changes', async () => {
  const { drop, place } = await system.openDrop({ sections: box });
  const released = await system.hold(place, 1, 2);
  await system.inventory.leave(place, 1);
  const later = await system.hold(place, 2);
  expect(await system.inventory.completePayment(place, released)).toMatchObject({ kind: 'conflict' });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'held', seats: later.seats });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, held: 1, free: 1 });
});

test('a buyer whose order arrives late leaves standby', async () => {
  const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 2 });
  const hold = await system.hold(place, 1);
  await system.hold(place, 2);
  await system.inventory.leave(place, 1);
  expect(await system.decide(place, '1:2')).toEqual(['standby 1']);
  expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold', holdId: hold.holdId });
  expect(await system.inventory.counts(drop)).toMatchObject({ standby: 0, sold: 1, held: 1, free: 0 });
});

describe('a refund', () => {
  test('puts the seats back on sale, once', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1, 2);
    await system.inventory.completePayment(place, hold);
    expect(await system.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'released',
      buyerId: 1,
      promoted: [],
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
    expect(await system.inventory.seatMap(drop)).toEqual(['..........']);
    expect(await system.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
    expect(await system.decide(place, '1:1')).toEqual(['held 0.5']);
  });

  test('gives them to standby first', async () => {
    const { place } = await system.openDrop({ sections: box, standbyLimit: 1 });
    const hold = await system.hold(place, 1, 2);
    await system.inventory.completePayment(place, hold);
    await system.decide(place, '2:1');
    expect(await system.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'released',
      promoted: [{ buyerId: 2, seats: ['0.1'] }],
    });
  });

  test('of some seats leaves the hold sold with the others, and repeated it changes nothing', async () => {
    const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 1 });
    const hold = await system.hold(place, 1, 2);
    const [first, second] = hold.seats;
    await system.inventory.completePayment(place, hold);
    await system.decide(place, '2:1');
    const refunded = { seats: [first!] };
    expect(await system.inventory.reopen(place, hold.holdId, refunded)).toMatchObject({
      kind: 'reduced',
      buyerId: 1,
      seats: [second],
      promoted: [{ buyerId: 2, seats: [first] }],
    });
    const records = () => system.inventory.ledgerEntries(place, '-', 100);
    const before = await records();
    expect(await system.inventory.reopen(place, hold.holdId, refunded)).toMatchObject({
      kind: 'settled',
      state: 'sold',
    });
    expect(await records()).toEqual(before);
    expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: [second] });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, held: 1, free: 0 });
  });

  test('is final: a late word on the payment does not sell the seats again', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1);
    await system.inventory.completePayment(place, hold);
    await system.inventory.reopen(place, hold.holdId);
    expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'refunded' });
    expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
    expect(await system.inventory.declinePayment(place, hold.holdId, 1)).toMatchObject({
      kind: 'settled',
      state: 'released',
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 10 });
  });

  test('of what is not sold changes nothing', async () => {
    const { drop, place } = await system.openDrop();
    const hold = await system.hold(place, 1);
    expect(await system.inventory.reopen(place, hold.holdId)).toMatchObject({
      kind: 'settled',
      state: 'held',
    });
    expect(await system.inventory.reopen(place, '0123456789abcd-0')).toMatchObject({ kind: 'unknown' });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 1, free: 9 });
  });
});
