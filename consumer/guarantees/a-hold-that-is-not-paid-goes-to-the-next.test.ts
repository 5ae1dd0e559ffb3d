import { eventually } from '../../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem({ holdSeconds: [1, 600] })));
afterAll(() => system.close());

const box = [{ name: 'Box', rows: 1, seatsPerRow: 1 }];
/** Releases are then due to the timers alone. */
const noSweeper = { sweeps: false };

test('its timer ends it, the next in line gets the seat and is told, and so on to the last', async () => {
  const { drop, place } = await system.openDrop({ sections: box, holdSeconds: 1, standbyLimit: 2 });
  const news = await system.news(drop.id);
  const consumer = await system.start(noSweeper);
  await system.broker.enter(place, '1:1,2:1,3:1');

  await eventually(() => news.forBuyer(3).some(({ event }) => event === 'hold:released'));
  expect(news.forBuyer(1).map(({ event, entry }) => [event, entry.status])).toEqual([
    ['entry:outcome', 'held'],
    ['hold:released', 'released'],
  ]);
  for (const buyer of [2, 3]) {
    expect(news.forBuyer(buyer).map(({ event, entry }) => [event, entry.status])).toEqual([
      ['entry:outcome', 'standby'],
      ['hold:promoted', 'held'],
      ['hold:released', 'released'],
    ]);
  }
  const [, promoted] = news.forBuyer(2);
  expect(promoted?.entry).toMatchObject({ seats: ['0.1'], checkoutToken: expect.any(String) as string });
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 1, held: 0, standby: 0 });
  await eventually(async () => (await system.inventory.untold(place, 0)).length === 0);
  await consumer.end();
  expect(consumer.lines.filter(({ level }) => level >= 40)).toEqual([]);
});

test('once those promoted were told, nobody tells them again', async () => {
  const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 1 });
  const news = await system.news(drop.id);
  const hold = await system.hold(place, 1);
  await system.decide(place, '2:1');
  await system.letLapse(place, hold.holdId);
  const consumer = await system.start(noSweeper);
  await system.broker.send(system.broker.topology.expired, `${place.dropId}.0.${hold.holdId}`, {
    type: 'holds.v1',
  });
  await eventually(() => news.forBuyer(2).length === 1);
  await eventually(async () => (await system.inventory.untold(place, 0)).length === 0);
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'held' });
  await consumer.end();
});

test('one that is paid meanwhile, or being paid, is left alone by its timer', async () => {
  const { drop, place } = await system.openDrop({ holdSeconds: 1 });
  const news = await system.news(drop.id);
  const consumer = await system.start(noSweeper);
  await system.broker.enter(place, '1:1,2:1,3:1');
  await eventually(() => news.told.length === 3);
  for (const buyer of [1, 2]) {
    const hold = await system.inventory.view(place, buyer);
    if (hold.kind !== 'held') throw new Error('not held');
    await system.inventory.beginPayment(place, { ...hold, buyerId: buyer }, 'request-1');
    if (buyer === 1) await system.inventory.completePayment(place, { ...hold, buyerId: buyer });
  }
  await eventually(() => news.forBuyer(3).some(({ event }) => event === 'hold:released'));
  // The timers of all three were set at the same time, so the others have arrived too or are about to.
  await eventually(async () =>
    (await consumer.metrics()).includes('result="settled",by="timer",tier="consumer"} 2'),
  );
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'sold' });
  expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'paying' });
  await consumer.end();
});

test('a timer that comes a moment too early by the clock of Redis waits for its time', async () => {
  const { drop, place } = await system.openDrop({ sections: box, holdSeconds: 1 });
  const news = await system.news(drop.id);
  const consumer = await system.start(noSweeper);
  const hold = await system.hold(place, 1); // without a timer of its own
  await system.broker.send(system.broker.topology.expired, `${place.dropId}.0.${hold.holdId}`, {
    type: 'holds.v1',
  });
  await eventually(() => news.forBuyer(1).some(({ event }) => event === 'hold:released'));
  expect(await consumer.metrics()).toContain('result="released",by="timer",tier="consumer"} 1');
  await consumer.end();
});

test('a wait that ends too early is followed by another one', async () => {
  const { drop, place } = await system.openDrop({ sections: box, holdSeconds: 1 });
  const news = await system.news(drop.id);
  let calls = 0;
  const release: typeof system.inventory.release = (at, holdId) => {
    calls += 1;
    return calls <= 2 ? Promise.resolve({ kind: 'early', msLeft: 1 }) : system.inventory.release(at, holdId);
  };
  const consumer = await system.start({ ...noSweeper, inventory: { ...system.inventory, release } });
  const hold = await system.hold(place, 1);
  await system.letLapse(place, hold.holdId);
  await system.broker.send(system.broker.topology.expired, `${place.dropId}.0.${hold.holdId}`, {
    type: 'holds.v1',
  });
  await eventually(() => news.forBuyer(1).some(({ event }) => event === 'hold:released'));
  expect(calls).toBe(3);
  await consumer.end();
});

describe('when the timer was lost', () => {
  test('the sweeper ends the hold, and the next in line gets the seat and is told', async () => {
    const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 1 });
    const news = await system.news(drop.id);
    const consumer = await system.start();
    await system.broker.enter(place, '1:1,2:1');
    await eventually(() => news.told.length === 2);
    await system.broker.channel.purgeQueue(system.broker.topology.waitingQueue(600));

    const held = await system.inventory.view(place, 1);
    await system.letLapse(place, held.kind === 'held' ? held.holdId : '');
    await eventually(() => news.forBuyer(2).some(({ event }) => event === 'hold:promoted'));
    expect(news.forBuyer(1).at(-1)).toMatchObject({ event: 'hold:released', entry: { status: 'released' } });
    expect(await system.inventory.view(place, 2)).toMatchObject({ kind: 'held', seats: ['0.1'] });
    // The promoted hold has a timer again.
    await eventually(async () => (await system.broker.depth(system.broker.topology.waitingQueue(600))) === 1);
    await eventually(async () =>
      (await consumer.metrics()).includes('result="released",by="sweeper",tier="consumer"} 1'),
    );
    await consumer.end();
  });

  test('the sweeper also tells a promoted buyer whom nobody has told', async () => {
    const { drop, place } = await system.openDrop({ sections: box, standbyLimit: 1 });
    const news = await system.news(drop.id);
    await system.broker.channel.purgeQueue(system.broker.topology.waitingQueue(600));
    const first = await system.hold(place, 1);
    await system.decide(place, '2:1');
    // As if a process was killed right after this call.
    await system.inventory.leave(place, 1);
    const [untold] = await system.inventory.untold(place, 0);
    expect(untold).toMatchObject({ buyerId: 2, seats: first.seats });

    const consumer = await system.start({ sweepGraceMs: 0 });
    await eventually(() => news.forBuyer(2).length === 1);
    expect(news.forBuyer(2)).toMatchObject([
      { event: 'hold:promoted', entry: { status: 'held', seats: first.seats } },
    ]);
    await eventually(async () => (await system.inventory.untold(place, 0)).length === 0);
    expect(await system.broker.depth(system.broker.topology.waitingQueue(600))).toBe(1);
    await consumer.end();
    expect(news.told).toHaveLength(1);
  });

  test('a drop that cannot be swept does not keep the others waiting', async () => {
    const broken = await system.openDrop({ sections: box });
    const { drop, place } = await system.openDrop({ sections: box });
    const news = await system.news(drop.id);
    const hold = await system.hold(place, 1);
    // An expired hold without a record of it.
    await system.redis.zadd(system.inventory.keys.key(broken.place, 'due'), 1, 'nothing');
    const liveDrops = () =>
      Promise.resolve([broken.drop, drop].map(({ id, partitions }) => ({ id, partitions })));
    await system.letLapse(place, hold.holdId);

    const consumer = await system.start({ inventory: { ...system.inventory, liveDrops } });
    await eventually(() => news.forBuyer(1).some(({ event }) => event === 'hold:released'));
    await eventually(() => consumer.lines.some(({ msg }) => msg === 'left for later'));
    expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
    await consumer.end();
    await system.redis.zrem(system.inventory.keys.key(broken.place, 'due'), 'nothing');
  });
});
