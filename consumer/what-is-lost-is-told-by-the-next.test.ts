import type { ConsumeMessage } from 'amqplib';
import { eventually } from '../testing/eventually.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../testing/tcp-proxy.ts';
import { testServers } from '../testing/servers.ts';
import { createConsumerWorld, type ConsumerWorld } from '../testing/consumer/consumer-world.ts';

let world: ConsumerWorld;
let proxy: TcpProxy;
beforeEach(async () => {
  world = await createConsumerWorld();
  const { hostname, port } = new URL(testServers().amqpUrl);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});
afterEach(async () => {
  await proxy.stop();
  await world.close();
});

test('what came down a channel that was lost is left to the next consumer', async () => {
  const { drop, place } = await world.onSale();
  const news = await world.news(drop.id);
  // More than are decided together.
  for (let buyer = 1; buyer <= 40; buyer += 1) await world.broker.enter(place, `${buyer}:1`);
  let asked = 0;
  let answer: () => void = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const first = await world.start({
    amqpUrl: viaProxy(testServers().amqpUrl, proxy),
    inventory: {
      ...world.inventory,
      claim: async (...args) => {
        asked += 1;
        await held;
        return world.inventory.claim(...args);
      },
    },
  });
  const { topology, depth } = world.broker;
  await eventually(async () => asked > 0 && (await depth(topology.entryQueue(0))) === 0);
  const askedBefore = asked;
  proxy.cut();
  await eventually(() => !first.ready());
  const second = await world.start();
  await eventually(() => news.told.length === 40);
  await second.end();
  proxy.restore();
  await eventually(() => first.ready());
  // Each old message decided now would be useless, and its buyer would be told again.
  answer();
  await world.broker.enter(place, '41:1');
  await eventually(() => news.of(41).length === 1);
  await first.end();
  expect(asked).toBe(askedBefore + 1);
  expect(news.told).toHaveLength(41);
});

test('news of a batch that comes again is how its buyers stand by then, not what it once gave them', async () => {
  const { drop, place } = await world.onSale({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
    standbyLimit: 2,
  });
  const news = await world.news(drop.id);
  const { channel, topology } = world.broker;
  const batch = await world.broker.enter(place, '1:2,2:2,3:1');
  // Decided by a consumer that was lost before it told anybody.
  const queue = topology.entryQueue(0);
  const taken = await new Promise<ConsumeMessage>((resolve) => {
    void channel.consume(queue, (message) => message && resolve(message), { consumerTag: 'lost' });
  });
  await world.inventory.claim(place, batch, { mayBorrow: false });
  await world.inventory.leave(place, 1); // to 2
  await world.inventory.leave(place, 3);
  await channel.cancel('lost');
  channel.nack(taken, false, true);

  const consumer = await world.start();
  await eventually(() => news.told.length >= 3);
  await consumer.end();
  const told = (buyer: number) => news.of(buyer).map(({ entry }) => entry.status);
  expect([told(1), told(2), told(3)]).toEqual([['released'], ['held'], ['none']]);
});

describe('a promotion', () => {
  const stage = async () => {
    const { drop, place } = await world.onSale({
      sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
      standbyLimit: 1,
    });
    const news = await world.news(drop.id);
    const hold = await world.hold(place, 1);
    await world.decide(place, '2:1');
    await world.letLapse(place, hold.holdId);
    let failed = 0;
    let isAway = true;
    /** Redis, except that publishing promotions fails. */
    const redis = Object.create(world.redis, {
      spublish: {
        value: (channel: string, message: string) => {
          if (!isAway || !message.includes('hold:promoted')) return world.redis.spublish(channel, message);
          failed += 1;
          return Promise.reject(new Error('Connection is closed.'));
        },
      },
    }) as typeof world.redis;
    return { place, news, hold, redis, failed: () => failed, isBack: () => void (isAway = false) };
  };
  const untold = async (place: { dropId: number; partition: number }) =>
    (await world.inventory.untold(place, 0)).length;

  test('by a timer is remembered as untold until its buyer was told', async () => {
    const { place, news, hold, redis, failed } = await stage();
    const consumer = await world.start({ redis, sweepEveryMs: 3_600_000 });
    await world.broker.send(world.broker.topology.expired, `${place.dropId}.0.${hold.holdId}`, {
      type: 'holds.v1',
    });
    await eventually(() => failed() > 0);
    expect(await untold(place)).toBe(1);
    expect(news.of(2)).toEqual([]);
    await consumer.end();
    expect(await untold(place)).toBe(1);
  });

  test('that the sweeper tells of, too', async () => {
    const { place, news, hold, redis, failed, isBack } = await stage();
    await world.inventory.release(place, hold.holdId);
    const consumer = await world.start({ redis, sweepEveryMs: 20, sweepGraceMs: 0 });
    // Whole rounds fail.
    await eventually(() => failed() > 2);
    expect(await untold(place)).toBe(1);
    isBack();
    await eventually(async () => (await untold(place)) === 0);
    await consumer.end();
    expect(news.of(2)[0]).toMatchObject({ event: 'hold:promoted', entry: { status: 'held' } });
  });
});
