import type { ConsumeMessage } from 'amqplib';
import { eventually } from '../testing/eventually.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../testing/tcp-proxy.ts';
import { testServers } from '../testing/servers.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
let proxy: TcpProxy;
beforeEach(async () => {
  system = await createConsumerSystem();
  const { hostname, port } = new URL(testServers().amqpUrl);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});
afterEach(async () => {
  await proxy.stop();
  await system.close();
});

test('what came down a channel that was lost is left to the next consumer', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  // More than are decided together.
  for (let buyer = 1; buyer <= 40; buyer += 1) await system.broker.enter(place, `${buyer}:1`);
  let asked = 0;
  let answer: () => void = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const first = await system.start({
    amqpUrl: viaProxy(testServers().amqpUrl, proxy),
    inventory: {
      ...system.inventory,
      claim: async (...args) => {
        asked += 1;
        await held;
        return system.inventory.claim(...args);
      },
    },
  });
  const { topology, depth } = system.broker;
  await eventually(async () => asked > 0 && (await depth(topology.entryQueue(0))) === 0);
  const askedBefore = asked;
  proxy.cut();
  await eventually(() => !first.ready());
  const second = await system.start();
  await eventually(() => news.told.length === 40);
  await second.end();
  proxy.restore();
  await eventually(() => first.ready());
  // Each old message decided now would be useless, and its buyer would be told again.
  answer();
  await system.broker.enter(place, '41:1');
  await eventually(() => news.forBuyer(41).length === 1);
  await first.end();
  expect(asked).toBe(askedBefore + 1);
  expect(news.told).toHaveLength(41);
});

test('news of a batch that comes again is how its buyers stand by then, not what it once gave them', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
    standbyLimit: 2,
  });
  const news = await system.news(drop.id);
  const { channel, topology } = system.broker;
  const batch = await system.broker.enter(place, '1:2,2:2,3:1');
  // Decided by a consumer that was lost before it told anybody.
  const queue = topology.entryQueue(0);
  const taken = await new Promise<ConsumeMessage>((resolve) => {
    void channel.consume(queue, (message) => message && resolve(message), { consumerTag: 'lost' });
  });
  await system.inventory.claim(place, batch, { mayBorrow: false });
  await system.inventory.leave(place, 1); // the seat goes to buyer 2
  await system.inventory.leave(place, 3);
  await channel.cancel('lost');
  channel.nack(taken, false, true);

  const consumer = await system.start();
  await eventually(() => news.told.length >= 3);
  await consumer.end();
  const told = (buyer: number) => news.forBuyer(buyer).map(({ entry }) => entry.status);
  expect([told(1), told(2), told(3)]).toEqual([['released'], ['held'], ['none']]);
});

describe('a promotion', () => {
  const withUntold = async () => {
    const { drop, place } = await system.openDrop({
      sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
      standbyLimit: 1,
    });
    const news = await system.news(drop.id);
    const hold = await system.hold(place, 1);
    await system.decide(place, '2:1');
    await system.letLapse(place, hold.holdId);
    let failed = 0;
    let isAway = true;
    /** Redis, except that publishing promotions fails. */
    const redis = Object.create(system.redis, {
      spublish: {
        value: (channel: string, message: string) => {
          if (!isAway || !message.includes('hold:promoted')) return system.redis.spublish(channel, message);
          failed += 1;
          return Promise.reject(new Error('Connection is closed.'));
        },
      },
    }) as typeof system.redis;
    return { place, news, hold, redis, failed: () => failed, isBack: () => void (isAway = false) };
  };
  const untold = async (place: { dropId: number; partition: number }) =>
    (await system.inventory.untold(place, 0)).length;

  test('by a timer is remembered as untold until its buyer was told', async () => {
    const { place, news, hold, redis, failed } = await withUntold();
    const consumer = await system.start({ redis, sweeps: false });
    await system.broker.send(system.broker.topology.expired, `${place.dropId}.0.${hold.holdId}`, {
      type: 'holds.v1',
    });
    await eventually(() => failed() > 0);
    expect(await untold(place)).toBe(1);
    expect(news.forBuyer(2)).toEqual([]);
    await consumer.end();
    expect(await untold(place)).toBe(1);
  });

  test('that the sweeper tells of, too', async () => {
    const { place, news, hold, redis, failed, isBack } = await withUntold();
    await system.inventory.release(place, hold.holdId);
    const consumer = await system.start({ redis, sweepEveryMs: 20, sweepGraceMs: 0 });
    // Whole rounds fail.
    await eventually(() => failed() > 2);
    expect(await untold(place)).toBe(1);
    isBack();
    await eventually(async () => (await untold(place)) === 0);
    await consumer.end();
    expect(news.forBuyer(2)[0]).toMatchObject({ event: 'hold:promoted', entry: { status: 'held' } });
  });
});
