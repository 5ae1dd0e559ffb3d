import { createTestInventory, type HoldOf } from '../../testing/inventory.ts';
import type { Drop } from '../drops/drop.ts';
import type { Place } from '../inventory/keys.ts';

const system = createTestInventory();
const { inventory } = system;
afterAll(() => system.stop());

const row = (seats: number) => [{ name: 'Box', rows: 1, seatsPerRow: seats }];
const orderOf = ({ holdId, buyerId, seats }: HoldOf) => ({ orderId: holdId, buyerId, seats });

/** Redis forgot a hold after it was paid, and its seats went to the next buyers. */
async function oversold({ seats = 2, standbyLimit = 0 } = {}) {
  const { drop, place } = await system.openDrop({ sections: row(seats), standbyLimit });
  const paid = await system.hold(place, 1, 2);
  await system.forgetHold(place, paid.holdId);
  return { drop, place, paid };
}

/** The seats according to the ledger alone. `forgotten`: a hold that a failover lost, from the ledger as well. */
async function seatsByLedger(drop: Drop, place: Place, forgotten?: HoldOf) {
  const batch = forgotten?.holdId.split('-')[0];
  const replayed = await system.replay(
    drop,
    place,
    (record) => record.kind === 'claim' && record.batch.id === batch,
  );
  return [...replayed.seats].map((seat) => replayed.drawn(seat)).join('');
}

test('an order gets its seats from holds that nobody pays for yet; their buyers are named', async () => {
  const { drop, place, paid } = await oversold();
  await system.hold(place, 2);
  await system.hold(place, 3);
  expect(await inventory.completePayment(place, paid)).toMatchObject({ kind: 'conflict' });

  const followed = await inventory.followOrders(place, [orderOf(paid)]);

  expect({ ...followed, yielded: followed.yielded.toSorted((a, b) => a - b) }).toMatchObject({
    kind: 'known',
    yielded: [2, 3],
    promoted: [],
  });
  expect(await inventory.seatMap(drop)).toEqual(['ss']);
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: paid.seats });
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'released', reason: 'seats_lost' });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, free: 0 });
  // Called again, it has nothing left to do.
  expect(await inventory.followOrders(place, [orderOf(paid)])).toMatchObject({ kind: 'known', yielded: [] });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, free: 0 });
});

test('an order that went back to standby at a failover, and got other seats since, has its own and no others', async () => {
  const { drop, place } = await system.openDrop({ sections: row(2), standbyLimit: 2 });
  const first = await system.hold(place, 1, 2);
  await system.decide(place, '2:1');
  const goBack = await system.remember(place);
  const [sold] = ((await inventory.leave(place, 1)) as { promoted: HoldOf[] }).promoted;
  await inventory.completePayment(place, sold!);
  await goBack();
  await inventory.beginPayment(place, first, 'request');
  // One of the two seats is sold, so the buyer in standby gets the other.
  const other = first.seats.find((seat) => seat !== sold!.seats[0])!;
  await inventory.followOrders(
    place,
    [{ orderId: '0123456789abcd-0', buyerId: 9, seats: [sold!.seats[0]!] }],
    { ...first, attempt: 1 },
  );
  expect(await inventory.view(place, 2)).toMatchObject({
    kind: 'held',
    holdId: sold!.holdId,
    seats: [other],
  });
  await inventory.reopen(place, '0123456789abcd-0');

  expect((await inventory.completePayment(place, sold!)).kind).toBe('conflict');
  await inventory.followOrders(place, [orderOf(sold!)]);
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'sold', seats: sold!.seats });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 1, held: 0, free: 1 });
});

test('a withheld seat of an order that has others waits until the order has one of these', async () => {
  const { drop, place, paid } = await oversold();
  const [used, other] = paid.seats;
  const { orderId, buyerId } = orderOf(paid);
  const owners = [
    { orderId, buyerId, seats: [other!] },
    { orderId, buyerId, seats: [used!], withheld: 'in_part' as const },
  ];
  const holds = [await system.hold(place, 2), await system.hold(place, 3)];
  const rival = holds.find(({ seats }) => seats[0] === other)!;
  await inventory.leave(place, holds.find(({ seats }) => seats[0] === used)!.buyerId);
  await inventory.beginPayment(place, rival, 'request-1');
  await inventory.followOrders(place, owners);
  // It is no refunded order: it gets the seat that is left to it once that is free.
  expect(await inventory.view(place, 1)).not.toMatchObject({ kind: 'sold' });
  await inventory.declinePayment(place, rival.holdId, 1);
  await inventory.followOrders(place, owners);
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'sold', seats: [other] });
  expect(await inventory.seatMap(drop)).toEqual(['ss']);
  expect(await inventory.counts(drop)).toMatchObject({ sold: 2, held: 0, paying: 0, free: 0 });
  // Repeated, it finds both as they should be.
  expect(await inventory.followOrders(place, owners)).toMatchObject({ kind: 'known', yielded: [] });
});

test('a seat that is being paid for stays until that is decided; then the order gets it as well', async () => {
  const { drop, place, paid } = await oversold();
  const rival = await system.hold(place, 2);
  await inventory.beginPayment(place, rival, 'request-1');

  expect(await inventory.followOrders(place, [orderOf(paid)])).toMatchObject({
    kind: 'blocked',
    yielded: [],
    promoted: [],
  });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 1, paying: 1, free: 0 });

  // The card was charged, MySQL refused the order: the rival's hold has lost.
  const lost = { ...rival, attempt: 1 };
  expect(await inventory.followOrders(place, [orderOf(paid)], lost)).toMatchObject({ kind: 'ended' });
  expect(await inventory.seatMap(drop)).toEqual(['ss']);
  expect(await inventory.counts(drop)).toMatchObject({ sold: 2, paying: 0, free: 0 });
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'sold' });
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'released', reason: 'seats_lost' });
  expect(await seatsByLedger(drop, place, paid)).toBe('ss');
});

test('seats of a hold that lost which no order owns go to standby, the others to nobody', async () => {
  const { drop, place } = await system.openDrop({ sections: row(2), standbyLimit: 3 });
  const lost = await system.hold(place, 1, 2);
  await system.decide(place, '3:1,4:1');
  await inventory.beginPayment(place, lost, 'request-1');
  const owner = { orderId: '0123456789abcd-0', buyerId: 9, seats: [lost.seats[0]!] };

  const followed = await inventory.followOrders(place, [owner], { ...lost, attempt: 1 });

  expect(followed).toMatchObject({ kind: 'ended', promoted: [{ buyerId: 3, seats: [lost.seats[1]] }] });
  expect(await inventory.counts(drop)).toMatchObject({ sold: 1, held: 1, free: 0, standby: 1 });
  expect(await inventory.view(place, 9)).toMatchObject({ kind: 'sold', seats: owner.seats });
  expect(await seatsByLedger(drop, place)).toMatch(/^(sh|hs)$/);
  // A refund of that order puts its seat back on sale, once.
  expect(await inventory.reopen(place, owner.orderId)).toMatchObject({ promoted: [{ buyerId: 4 }] });
});

test('a hold that ended earlier, or was forgotten, says from then on that its seats were lost', async () => {
  const { place, paid } = await oversold();
  expect(await inventory.followOrders(place, [], { ...paid, attempt: 1 })).toMatchObject({ kind: 'noted' });
  expect(await inventory.followOrders(place, [], { ...paid, attempt: 1 })).toMatchObject({ kind: 'known' });
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'released', reason: 'seats_lost' });
  // The buyer may enter again, and the lost hold can no longer be paid.
  expect(await inventory.beginPayment(place, paid, 'request-2')).toEqual({ kind: 'expired' });
  expect(await system.decide(place, '1:1')).toEqual(['held 0.1']);
});

test('without an owner a hold keeps what it has, and a later attempt is left to its own decision', async () => {
  const { drop, place } = await system.openDrop({ sections: row(2) });
  const hold = await system.hold(place, 1, 2);
  expect(await inventory.followOrders(place, [], { ...hold, attempt: 1 })).toMatchObject({ kind: 'known' });
  await inventory.beginPayment(place, hold, 'request-1');
  await inventory.declinePayment(place, hold.holdId, 1);
  await inventory.beginPayment(place, hold, 'request-2');
  const owner = { orderId: '0123456789abcd-0', buyerId: 9, seats: [hold.seats[0]!] };
  expect(await inventory.followOrders(place, [owner], { ...hold, attempt: 1 })).toMatchObject({
    kind: 'blocked',
  });
  expect(await inventory.counts(drop)).toMatchObject({ paying: 2, sold: 0 });
});

test('a charged hold is taken back while its seats are free, and only then', async () => {
  const { place } = await system.openDrop({ sections: row(2) });
  const hold = await system.hold(place, 1, 2);
  expect(await inventory.checkCharged(place, hold)).toBe('kept');
  await inventory.beginPayment(place, hold, 'request-1');
  expect(await inventory.checkCharged(place, hold)).toBe('kept');
  await inventory.declinePayment(place, hold.holdId, 1);
  await inventory.leave(place, 1);
  expect(await inventory.checkCharged(place, hold)).toBe('kept');
  await system.hold(place, 2);
  expect(await inventory.checkCharged(place, hold)).toBe('lost');
  // If Redis has nothing of the drop, MySQL decides.
  expect(await inventory.checkCharged({ dropId: 999_999, partition: 0 }, hold)).toBe('kept');
});
