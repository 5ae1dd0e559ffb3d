import { createAnnouncer } from '../messages/announce.ts';
import { Topology } from '../messages/topology.ts';
import { readEntryState } from '../messages/entry-state.ts';
import type { DropNews } from '../messages/realtime-events.ts';
import { createTestInventory } from '../../testing/inventory.ts';
import { randomKeys } from '../../testing/keys.ts';

const system = createTestInventory();
const { inventory } = system;
const checkoutKeys = randomKeys();
/** MySQL is asked only about drops that are over. */
const source = { inventory, db: undefined as never };
afterAll(() => system.stop());

async function held(changes: Parameters<typeof system.openDrop>[0] = {}) {
  const { drop, place } = await system.openDrop(changes);
  const hold = await system.hold(place, 1);
  const state = (buyerId = 1) => readEntryState(source, drop, buyerId, checkoutKeys);
  const pay = async () => {
    const begun = await inventory.beginPayment(place, hold, 'a request');
    expect(begun.kind).toBe('paying');
  };
  const lapse = () => system.letLapse(place, hold.holdId);
  return { drop, place, hold, state, pay, lapse };
}

test('its time was over', async () => {
  const { place, hold, state, lapse } = await held();
  await lapse();
  await inventory.release(place, hold.holdId);
  expect(await state()).toMatchObject({ status: 'released', reason: 'expired' });
});

test('it was given back', async () => {
  const { place, state } = await held();
  await inventory.leave(place, 1);
  expect(await state()).toMatchObject({ status: 'released', reason: 'given_back' });
});

test('the card was declined when no time was left', async () => {
  const { place, hold, state, pay, lapse } = await held();
  await pay();
  await lapse();
  await inventory.declinePayment(place, hold.holdId, 1);
  expect(await state()).toMatchObject({ status: 'released', reason: 'declined' });
});

test('the order was refunded', async () => {
  const { place, hold, state, pay } = await held();
  await pay();
  await inventory.completePayment(place, hold);
  await inventory.reopen(place, hold.holdId);
  expect(await state()).toMatchObject({ status: 'released', reason: 'refunded' });
});

test('the drop was cancelled, for those with seats and those in standby', async () => {
  const { place, state } = await held({
    sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 1 }],
    standbyLimit: 1,
  });
  expect(await system.decide(place, '2:1')).toEqual(['standby 1']);
  await inventory.cancel(place);
  for (const buyer of [1, 2])
    expect(await state(buyer)).toMatchObject({ status: 'released', reason: 'cancelled' });
});

test('a hold that was released before reasons were kept names none', async () => {
  const { place, hold, state } = await held();
  await inventory.leave(place, 1);
  const key = inventory.keys.key(place, 'holds');
  const record = await system.redis.hget(key, hold.holdId);
  await system.redis.hset(key, hold.holdId, record!.replace('given_back', 'some request'));
  const { version, ...rest } = await state();
  expect(version).toBeGreaterThan(0);
  expect(rest).toEqual({ status: 'released' });
});

test('who stands by is told how many seats may still come back, in any part of the drop', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 2 }],
    partitions: 2,
    standbyLimit: 4,
    maxPerBuyer: 2,
  });
  await system.hold(place, 2, 2);
  const other = await system.hold({ ...place, partition: 1 }, 3, 2);
  expect(await system.decide(place, '4:1')).toEqual(['standby 1']);
  const state = () => readEntryState(source, drop, 4, checkoutKeys);
  expect(await state()).toMatchObject({ status: 'standby', position: 1, mayComeBack: 4 });
  await inventory.beginPayment({ ...place, partition: 1 }, other, 'a request');
  expect(await state()).toMatchObject({ mayComeBack: 4 });
  await inventory.completePayment({ ...place, partition: 1 }, other);
  expect(await state()).toMatchObject({ mayComeBack: 2 });
});

test('word of it says the same', async () => {
  const { drop, place } = await held();
  const channel = inventory.keys.news(drop.id);
  const told = new Promise<DropNews>((resolve) => {
    system.redis.on('smessage', (name: string, text: string) => {
      if (name === channel) resolve(JSON.parse(text) as DropNews);
    });
  });
  await system.redis.ssubscribe(channel);
  const announcer = createAnnouncer({
    redis: system.redis,
    inventory,
    channel: { current: () => undefined, ready: () => false },
    topology: new Topology(system.namespace, 1),
    checkoutKeys,
  });
  await announcer.promoted(place, [], { buyerId: 1, reason: 'expired', version: 7 });
  expect((await told).events).toEqual([
    { to: 1, event: 'hold:released', entry: { status: 'released', version: 7, reason: 'expired' } },
  ]);
});
