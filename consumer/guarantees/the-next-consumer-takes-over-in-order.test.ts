import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../testing/eventually.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../../testing/tcp-proxy.ts';
import { testServers } from '../../testing/servers.ts';
import { createConsumerSystem, type ConsumerSystem } from '../../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
let proxy: TcpProxy;
beforeAll(async () => {
  system = await createConsumerSystem();
  const { hostname, port } = new URL(testServers().amqpUrl);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});
afterAll(async () => {
  await system.close();
  await proxy.stop();
});

const batchesOf = (count: number, size: number) =>
  Array.from({ length: count }, (_, batch) =>
    Array.from({ length: size }, (_each, index) => `${batch * size + index + 1}:1`).join(','),
  );

const claimed = async (place: { dropId: number; partition: number }) =>
  (await system.ledger(place)).filter(({ t }) => t === 'claim').map(({ b }) => b);

test('of two consumers one decides; when it is lost the other carries on, in order, each batch once', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 10, seatsPerRow: 10 }],
    standbyLimit: 100,
  });
  const news = await system.news(drop.id);
  const decidedBy = { first: 0, second: 0 };
  const watched = (who: keyof typeof decidedBy) => ({
    ...system.inventory,
    claim: (async (...args) => {
      decidedBy[who] += 1;
      // Cut off in the middle of the queue, with unacknowledged batches: some decided, some also announced.
      if (who === 'first' && decidedBy.first === 120) proxy.cut();
      return system.inventory.claim(...args);
    }) satisfies typeof system.inventory.claim,
  });
  const first = await system.start({
    amqpUrl: viaProxy(testServers().amqpUrl, proxy),
    inventory: watched('first'),
  });
  const second = await system.start({ inventory: watched('second') });
  const batches = [];
  for (const entries of batchesOf(300, 10)) batches.push(await system.broker.enter(place, entries));

  await eventually(() => new Set(news.told.map(({ to }) => to)).size === 3_000);
  expect(decidedBy.first).toBeGreaterThanOrEqual(120);
  expect(decidedBy.second).toBeGreaterThanOrEqual(180);
  expect(first.ready()).toBe(false);
  expect(await claimed(place)).toEqual(batches.map(({ id }) => id));
  expect(await system.inventory.counts(drop)).toMatchObject({
    held: 100,
    free: 0,
    standby: 100,
    decided: 3_000,
  });
  // Buyers who were told twice were told the same.
  for (const buyer of [1, 100, 101, 150, 3_000]) {
    expect(new Set(news.forBuyer(buyer).map(({ entry }) => JSON.stringify(entry))).size).toBe(1);
  }

  // The lost consumer comes back and waits as the next one.
  proxy.restore();
  await eventually(() => first.ready());
  await second.end();
  const more = [];
  for (const entries of batchesOf(20, 10)) more.push(await system.broker.enter(place, entries));
  const last = await system.broker.enter(place, '9999:1');
  await eventually(() => news.forBuyer(9999).length === 1);
  expect(await claimed(place)).toEqual([...batches, ...more, last].map(({ id }) => id));
  await first.end();
  expect(await system.broker.depth(system.broker.topology.entryQueue(0))).toBe(0);
  expect(await system.broker.depth(system.broker.topology.parked)).toBe(0);
});

test('a consumer that stops finishes what it has begun and leaves the rest in the queue', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  let begun = 0;
  const go: (() => void)[] = [];
  const slow: typeof system.inventory.claim = async (...args) => {
    begun += 1;
    await new Promise<void>((resolve) => go.push(resolve));
    return system.inventory.claim(...args);
  };
  const stopping = await system.start({ inventory: { ...system.inventory, claim: slow } });
  const batches = [];
  for (const entries of batchesOf(10, 1)) batches.push(await system.broker.enter(place, entries));
  await eventually(() => begun === 1);

  const stopped = stopping.end();
  go[0]?.();
  await stopped;
  expect(begun).toBe(1);
  await eventually(() => news.told.length > 0);
  expect(news.told.map(({ to }) => to)).toEqual([1]);
  const left = async () => system.broker.depth(system.broker.topology.entryQueue(0));
  await eventually(async () => (await left()) === 9);

  const next = await system.start();
  await eventually(() => news.told.length === 10);
  expect(new Set(news.told.map(({ to }) => to)).size).toBe(10);
  expect(await claimed(place)).toEqual(batches.map(({ id }) => id));
  await next.end();
});

test('one that stops with batches in hand is not overtaken by the one that stood by', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  let begun = 0;
  let go: () => void = () => {};
  const slow: typeof system.inventory.claim = async (...args) => {
    begun += 1;
    await new Promise<void>((resolve) => (go = resolve));
    return system.inventory.claim(...args);
  };
  const stopping = await system.start({ inventory: { ...system.inventory, claim: slow } });
  const [inHand, after] = [batchesOf(10, 1).slice(0, 5), batchesOf(10, 1).slice(5)];
  const batches = [];
  for (const entries of inHand) batches.push(await system.broker.enter(place, entries));
  await eventually(() => begun === 1);
  const next = await system.start();

  const stopped = stopping.end();
  for (const entries of after) batches.push(await system.broker.enter(place, entries));
  await sleep(300); // time in which the other consumer could wrongly take the batch
  const overtaking = await claimed(place);
  go();
  await stopped;
  expect(overtaking).toEqual([]);
  await eventually(() => news.told.length >= 10);
  expect(await claimed(place)).toEqual(batches.map(({ id }) => id));
  await next.end();
});

test('a queue that was deleted is there again, and is consumed', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  const consumer = await system.start();
  const { channel, topology } = system.broker;
  await channel.deleteQueue(topology.entryQueue(0));
  await eventually(async () => {
    await system.broker.enter(place, '1:1');
    return news.told.length > 0;
  });
  expect(news.forBuyer(1)[0]).toMatchObject({ entry: { status: 'held' } });
  expect(consumer.ready()).toBe(true);
  await consumer.end();
});
