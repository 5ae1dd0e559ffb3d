import { createTestInventory } from '../../testing/inventory.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const stalls = (seatsPerRow: number, rows = 1) => [{ name: 'Stalls', rows, seatsPerRow }];

test('holds and standby end; what is being paid or is paid stays for checkout to settle', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls(4), standbyLimit: 5 });
  await system.hold(place, 1);
  const paying = await system.hold(place, 2);
  await system.inventory.beginPayment(place, paying, 'request-1');
  const paid = await system.hold(place, 3);
  await system.inventory.completePayment(place, paid);
  await system.decide(place, '4:2,5:2');

  const cancelled = await system.inventory.cancel(place);
  expect(cancelled.left).toBe(0);
  expect(new Set(cancelled.ended)).toEqual(new Set([1, 4, 5]));
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'paying' });
  expect(await system.inventory.view(place, 3)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.view(place, 4)).toMatchObject({ kind: 'released', seats: [] });
  expect(await system.inventory.counts(drop)).toMatchObject({
    free: 2,
    held: 0,
    paying: 1,
    sold: 1,
    standby: 0,
  });

  // From here on nothing is given out, even if seats come free.
  expect(await system.decide(place, '6:1,4:1')).toEqual(['sold_out', 'sold_out']);
  expect(await system.inventory.declinePayment(place, paying.holdId, 1)).toMatchObject({ kind: 'released' });
  expect(await system.inventory.reopen(place, paid.holdId)).toMatchObject({ kind: 'released', promoted: [] });
  expect(await system.inventory.beginPayment(place, paying, 'request-2')).toEqual({ kind: 'expired' });
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 4, held: 0, paying: 0, sold: 0 });
  expect(await system.inventory.cancel(place)).toMatchObject({ left: 0, ended: [] });
  const cancels = (await system.ledger(place)).filter(({ t }) => t === 'cancel');
  expect(cancels).toHaveLength(1);
});

test('a payment that MySQL has agreed to is still sold, to be refunded there', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls(1) });
  const hold = await system.hold(place, 1);
  await system.inventory.beginPayment(place, hold, 'request-1');
  await system.inventory.cancel(place);
  expect(await system.inventory.completePayment(place, hold)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 1, free: 0 });
});

test('a large sale ends in portions', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls(100, 12), standbyLimit: 700 });
  for (let batch = 0; batch < 4; batch += 1) {
    const entries = Array.from({ length: 475 }, (_, index) => `${batch * 475 + index + 1}:1`);
    await system.claim(place, entries.join(','));
  }
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 1200, standby: 700 });
  const portions = [];
  for (;;) {
    const portion = await system.inventory.cancel(place);
    portions.push(portion);
    if (portion.left === 0) break;
  }
  const left = (call: number) => Math.max(0, 1200 - 100 * call) + Math.max(0, 700 - 100 * call);
  expect(portions.map((portion) => [portion.left, portion.ended.length])).toEqual(
    Array.from({ length: 12 }, (_, call) => [left(call + 1), left(call) - left(call + 1)]),
  );
  const ended = portions.flatMap((portion) => portion.ended);
  expect(new Set(ended).size).toBe(1900);
  expect(await system.inventory.counts(drop)).toMatchObject({
    held: 0,
    standby: 0,
    free: 1200,
    capacity: 1200,
  });
});

test('a hold forgotten by Redis is not taken up again', async () => {
  const { place } = await system.openDrop({ sections: stalls(2) });
  const hold = await system.hold(place, 1);
  await system.forgetHold(place, hold.holdId);
  await system.inventory.cancel(place);
  expect(await system.inventory.beginPayment(place, hold, 'request-1')).toEqual({ kind: 'expired' });
});
