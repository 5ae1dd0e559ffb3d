import { decodeTimer } from '../shared/messages/hold-timer.ts';
import { verifyCheckoutToken } from '../shared/auth/checkout-token.ts';
import { eventually } from '../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem()));
afterAll(() => system.close());

const stalls = [{ name: 'Stalls', rows: 10, seatsPerRow: 10 }];

/** 1 to `count` in a shuffled order that is the same in each run. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index * 2_741) % count) + 1);
}

test('exactly the hundred best entries win, everybody is told once, and nothing is left in the queue', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls, standbyLimit: 50 });
  const news = await system.news(drop.id);
  const buyers = shuffled(5_000);
  expect(new Set(buyers).size).toBe(5_000);
  const batches = [];
  for (let at = 0, size = 1; at < buyers.length; at += size, size = (size * 7) % 101) {
    batches.push(
      await system.broker.enter(
        place,
        buyers
          .slice(at, at + size)
          .map((buyer) => `${buyer}:1`)
          .join(','),
      ),
    );
  }
  const consumer = await system.start();
  await eventually(() => news.told.length >= 5_000);

  expect(new Set(news.told.map(({ to }) => to)).size).toBe(5_000);
  expect(news.told).toHaveLength(5_000);
  const held = news.told.filter(({ entry }) => entry.status === 'held');
  expect(held.map(({ to }) => to).toSorted((a, b) => a - b)).toEqual(
    buyers.slice(0, 100).toSorted((a, b) => a - b),
  );
  expect(new Set(held.flatMap(({ entry }) => entry.seats)).size).toBe(100);
  for (const position of [1, 25, 50]) {
    const [waiting] = news.forBuyer(buyers[99 + position] ?? 0);
    expect(waiting).toMatchObject({ event: 'entry:outcome', entry: { status: 'standby', position } });
  }
  expect(news.told.filter(({ entry }) => entry.status === 'sold_out')).toHaveLength(4_850);
  expect(await system.inventory.counts(drop)).toMatchObject({
    held: 100,
    free: 0,
    standby: 50,
    decided: 5_000,
  });
  expect(await system.inventory.seatMap(drop)).toEqual(
    stalls.flatMap(() => Array.from({ length: 10 }, () => 'hhhhhhhhhh')),
  );

  // The token that comes with a hold is for that buyer and those seats.
  const [winner] = held;
  const token = verifyCheckoutToken(winner?.entry.checkoutToken ?? '', system.checkoutKeys);
  expect(token).toMatchObject({
    kind: 'valid',
    claims: { buyerId: winner?.to, dropId: drop.id, partition: 0, seats: winner?.entry.seats },
  });

  // The ledger has each batch once, in the order in which the broker accepted them.
  const ledger = await system.ledger(place);
  const claims = ledger.filter(({ t }) => t === 'claim').map(({ b }) => b);
  expect(claims).toEqual(batches.map(({ id }) => id));
  const { standby } = await system.replay(drop, place);
  expect([...standby.values()].map(({ buyerId }) => buyerId)).toEqual(buyers.slice(100, 150));

  await consumer.end();
  expect(await system.broker.depth(system.broker.topology.entryQueue(0))).toBe(0);
  expect(await system.broker.depth(system.broker.topology.parked)).toBe(0);
  expect(consumer.lines.filter(({ level }) => level >= 40)).toEqual([]);
  const timers = (await system.broker.drain(system.broker.topology.waitingQueue(600))).map(decodeTimer);
  const holds = await system.redis.hkeys(system.inventory.keys.key(place, 'holds'));
  expect(timers.flatMap((timer) => timer?.holdIds ?? []).toSorted()).toEqual(holds.toSorted());
});

test('buyers who press several times, for several seats each, get one hold of as many at the most', async () => {
  const { drop, place } = await system.openDrop({ sections: stalls, standbyLimit: 100 });
  const news = await system.news(drop.id);
  const consumer = await system.start();
  const presses = [...shuffled(1_000), ...shuffled(1_000).toReversed()];
  for (let at = 0; at < presses.length; at += 40) {
    await system.broker.enter(
      place,
      presses
        .slice(at, at + 40)
        .map((buyer) => `${buyer}:${(buyer % 4) + 1}`)
        .join(','),
    );
  }
  await eventually(() => news.told.length >= 2_000);
  await consumer.end();

  const replayed = await system.replay(drop, place);
  expect(replayed.decidedCount).toBe(2_000);
  const holds = [...replayed.holds.values()];
  expect(holds.reduce((sum, { seats }) => sum + seats.length, 0)).toBe(100);
  expect(new Set(holds.map(({ buyerId }) => buyerId)).size).toBe(holds.length);
  for (const { buyerId, seats } of holds) expect(seats).toHaveLength((buyerId % 4) + 1);
  // Each buyer was told the same both times.
  for (const { buyerId, seats } of holds) {
    expect(news.forBuyer(buyerId)).toMatchObject([
      { entry: { status: 'held', seats } },
      { entry: { status: 'held', seats } },
    ]);
  }
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 100, free: 0, standby: 100 });
});
