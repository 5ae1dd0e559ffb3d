import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop } from '../shared/drops/drop.ts';
import { places } from '../shared/inventory/keys.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { eventually } from '../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem({ entryQueues: 2 })));
afterAll(() => system.close());

const stalls = (rows: number, seatsPerRow: number) => [{ name: 'Stalls', rows, seatsPerRow }];
const here = (drop: Drop) => ({ dropId: drop.id, partition: 0 });
const there = (drop: Drop) => ({ dropId: drop.id, partition: 1 });

/** Checks that each partition's ledger leads to its state in Redis, and that each seat is in one partition. */
async function expectSound(drop: Drop): Promise<void> {
  const seats: string[] = [];
  for (const place of places(drop.id, drop.partitions)) {
    const replayed = await system.replay(drop, place);
    seats.push(...replayed.seats);
    const counts = (await system.inventory.partitionCounts(drop))[place.partition];
    expect(counts).toMatchObject({
      capacity: replayed.capacity,
      free: replayed.free,
      standby: replayed.standby.size,
    });
  }
  expect(seats).toHaveLength(drop.capacity);
  expect(new Set(seats).size).toBe(drop.capacity);
}

test('buyers of one partition alone can buy the whole drop, and only then stand by', async () => {
  const { drop } = await system.openDrop({ partitions: 4, sections: stalls(8, 5), standbyLimit: 40 });
  const news = await system.news(drop.id);
  const consumer = await system.start();
  // All buyers of partition 0: ids divisible by four.
  for (let batch = 0; batch < 10; batch += 1) {
    const entries = Array.from({ length: 5 }, (_, index) => `${(batch * 5 + index + 1) * 4}:1`);
    await system.broker.enter(here(drop), entries.join(','));
  }
  await eventually(() => news.told.length === 50);
  expect(news.told.filter(({ entry }) => entry.status === 'held')).toHaveLength(40);
  for (let position = 1; position <= 10; position += 1) {
    expect(news.forBuyer((40 + position) * 4)).toMatchObject([{ entry: { status: 'standby', position } }]);
  }
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 40, free: 0, standby: 10, capacity: 40 });
  await eventually(async () => (await system.inventory.transfers(there(drop))).length === 0);
  await consumer.end();
  await expectSound(drop);
});

test('a clock that is set back does not keep a partition from asking the others', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections: stalls(2, 2), standbyLimit: 0 });
  const news = await system.news(drop.id);
  const consumer = await system.start();
  await system.broker.enter(there(drop), '1:1');
  await eventually(() => news.forBuyer(1).length === 1);
  await system.broker.enter(here(drop), '2:1,4:1,6:1,8:1');
  await eventually(() => news.told.length === 5);
  expect(news.forBuyer(8)).toMatchObject([{ entry: { status: 'sold_out' } }]);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
  try {
    await system.inventory.leave(there(drop), 1);
    // For a tenth of a second no other partition is asked.
    await sleep(150);
    await system.broker.enter(here(drop), '10:1');
    await eventually(() => news.forBuyer(10).length === 1);
  } finally {
    clock.mockRestore();
  }
  expect(news.forBuyer(10)).toMatchObject([{ entry: { status: 'held' } }]);
  await consumer.end();
});

test('thousands in all partitions at once: every seat is held, once', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections: stalls(20, 25), standbyLimit: 100 });
  const news = await system.news(drop.id);
  const consumers = [await system.start(), await system.start()];
  const buyers = Array.from({ length: 3_000 }, (_, index) => index + 1);
  for (let at = 0; at < buyers.length; at += 50) {
    const some = buyers.slice(at, at + 50);
    // Nine in ten buyers belong to partition 0.
    const entries = (partition: number) =>
      some
        .filter((buyer) => Number(buyer % 10 === 0) === partition)
        .map((buyer) => `${buyer * 2 + partition}:1`);
    await system.broker.enter(here(drop), entries(0).join(','));
    await system.broker.enter(there(drop), entries(1).join(','));
  }
  await eventually(() => news.told.filter(({ event }) => event === 'entry:outcome').length >= 3_000);
  await eventually(async () => (await system.inventory.counts(drop))?.held === 500);
  const seats = (await system.inventory.seatMap(drop)).join('');
  expect(seats).toBe('h'.repeat(500));
  for (const consumer of consumers) await consumer.end();
  await expectSound(drop);
});

test('seats that come free in one partition go to those who stand by in another', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections: stalls(2, 4), standbyLimit: 20 });
  const news = await system.news(drop.id);
  const holds = [await system.hold(here(drop), 2, 4), await system.hold(there(drop), 1, 4)];
  // Seats become free in partition 1, where standby is empty.
  await system.claim(here(drop), '4:2,6:3,8:1');
  await system.letLapse(there(drop), holds[1]?.holdId ?? '');
  const consumer = await system.start();
  await eventually(() => news.told.filter(({ event }) => event === 'hold:promoted').length === 2);
  expect(news.forBuyer(4)).toMatchObject([{ event: 'hold:promoted', entry: { status: 'held' } }]);
  expect(news.forBuyer(8)).toMatchObject([{ event: 'hold:promoted', entry: { status: 'held' } }]);
  expect(await system.inventory.view(here(drop), 6)).toMatchObject({ kind: 'standby', position: 1 });
  await consumer.end();
  await expectSound(drop);
});

test('seats that would serve nobody are not exchanged between partitions', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections: stalls(2, 4), standbyLimit: 20 });
  await system.hold(here(drop), 2, 4);
  await system.hold(there(drop), 1, 3);
  // One seat is free in the whole drop; in both partitions a buyer waits for two.
  await system.claim(here(drop), '4:2');
  await system.claim(there(drop), '3:2');
  let rounds = 0;
  const liveDrops = () => {
    rounds += 1;
    return system.inventory.liveDrops();
  };
  const consumer = await system.start({ sweepEveryMs: 1, inventory: { ...system.inventory, liveDrops } });
  await eventually(() => rounds > 10);
  await consumer.end();
  for (const place of [here(drop), there(drop)]) {
    expect((await system.ledger(place)).map(({ t }) => t)).not.toContain('lend');
  }

  // With one more free seat, one of the two buyers can be served.
  await system.letLapse(
    there(drop),
    (await system.redis.hkeys(system.inventory.keys.key(there(drop), 'holds')))[0] ?? '',
  );
  const next = await system.start({ sweepEveryMs: 10 });
  await eventually(async () => (await system.inventory.counts(drop))?.standby === 0);
  await next.end();
  await expectSound(drop);
});

test('a transfer that a crash left on its way arrives, once', async () => {
  const { drop } = await system.openDrop({ partitions: 2, sections: stalls(2, 4), standbyLimit: 20 });
  const news = await system.news(drop.id);
  await system.hold(here(drop), 2, 4);
  await system.claim(here(drop), '4:3');
  const lent = newBatchId();
  const seats = await system.inventory.lend(there(drop), lent, 0, 3);
  const consumers = [await system.start(), await system.start()];
  await eventually(async () => (await system.inventory.transfers(there(drop))).length === 0);
  await eventually(() => news.forBuyer(4).length > 0);
  expect(news.forBuyer(4)[0]).toMatchObject({ event: 'hold:promoted', entry: { seats } });
  for (const consumer of consumers) await consumer.end();
  expect((await system.ledger(here(drop))).filter(({ t }) => t === 'borrow')).toHaveLength(1);
  await expectSound(drop);
});

test('a partition that runs out borrows more than one portion', async () => {
  const { drop } = await system.openDrop({
    partitions: 2,
    sections: stalls(20, 100),
    standbyLimit: 0,
    maxPerBuyer: 4,
  });
  const news = await system.news(drop.id);
  const consumer = await system.start();
  const entries = Array.from({ length: 450 }, (_, index) => `${(index + 1) * 2}:4`);
  await system.broker.enter(here(drop), entries.join(','));
  await eventually(() => news.told.length === 450);
  expect(news.told.every(({ entry }) => entry.status === 'held')).toBe(true);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 1_800, free: 200 });
  await consumer.end();
  await expectSound(drop);
});
