import type { Place } from '../../shared/inventory/keys.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { Ops } from '../../shared/tier/ops.ts';
import { eventually } from '../../testing/eventually.ts';
import {
  createConsumerSystem,
  type ConsumerSystem,
  type RunningConsumer,
} from '../../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeEach(async () => (system = await createConsumerSystem()));
afterEach(() => system.close());

/** Makes Redis answer WRONGTYPE to every batch of a partition. Returns a function that repairs the partition. */
async function spoil(place: Place): Promise<() => Promise<unknown>> {
  const key = system.inventory.keys.key(place, 'batches');
  await system.redis.rename(key, `${key}:kept`).catch(() => {}); // nothing was decided yet
  await system.redis.set(key, 'no hash');
  return async () => {
    await system.redis.del(key);
    await system.redis.rename(`${key}:kept`, key).catch(() => {});
  };
}

/** The reason as /readyz reports it. */
const readiness = (consumer: RunningConsumer) => {
  const ops = new Ops(createMetrics('consumer'));
  ops.addCheck('queues', () => consumer.trouble() ?? true);
  return ops.readiness();
};
const decided = async (place: Place) =>
  (await system.ledger(place)).filter(({ t }) => t === 'claim').map(({ b }) => b);
const enter = async (place: Place, from: number, count: number) => {
  const batches = [];
  for (let buyer = from; buyer < from + count; buyer += 1) {
    batches.push(await system.broker.enter(place, `${buyer}:1`));
  }
  return batches.map(({ id }) => id);
};
const depths = async () => {
  const { topology, depth } = system.broker;
  return { queued: await depth(topology.entryQueue(0)), parked: await depth(topology.parked) };
};

test('while every batch fails all stay in hand, which is told; then each is decided, and no newcomer first', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 100 }],
  });
  const news = await system.news(drop.id);
  const batches = await enter(place, 1, 10);
  let mend: (() => Promise<unknown>) | undefined;
  let isMended = false;
  const consumer = await system.start({
    inventory: {
      ...system.inventory,
      claim: async (at, batch, options) => {
        // The fault ends when the first message is tried, not in the middle of a round.
        if (isMended && batch.packed === '11:1') {
          await mend?.();
          mend = undefined;
        }
        return system.inventory.claim(at, batch, options);
      },
    },
  });
  await eventually(async () => (await decided(place)).length === 10);
  expect(await readiness(consumer)).toEqual({ ready: true, checks: { queues: 'ok' } });

  mend = await spoil(place);
  batches.push(...(await enter(place, 11, 100)));
  await eventually(() => consumer.trouble() !== undefined);
  expect(await readiness(consumer)).toEqual({
    ready: false,
    checks: { queues: 'not ready' },
    reasons: {
      queues: expect.stringMatching(
        /entries\.0: 5 messages fail, and none is handled: .*WRONGTYPE/,
      ) as string,
    },
  });
  expect(await consumer.metrics()).toMatch(/seatdrop_failing_messages\{.*entries\.0.*\} 5$/m);
  batches.push(...(await enter(place, 111, 1)));
  expect(await decided(place)).toHaveLength(10);
  expect(consumer.lines.filter(({ level }) => level >= 50)).toHaveLength(1);

  isMended = true;
  await eventually(async () => (await decided(place)).length === 111);
  expect(await decided(place)).toEqual(batches);
  await eventually(() => consumer.trouble() === undefined);
  expect(await readiness(consumer)).toEqual({ ready: true, checks: { queues: 'ok' } });
  // A consumer that is stopped leaves in the queue what it has decided and told nobody of.
  await eventually(() => news.told.length === 111);
  await consumer.end();
  expect(await depths()).toEqual({ queued: 0, parked: 0 });
});

test('one that stops meanwhile leaves everything in the queue, in order', async () => {
  const { place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 50 }] });
  const mend = await spoil(place);
  const batches = await enter(place, 1, 30);
  const stopping = await system.start();
  await eventually(() => stopping.trouble() !== undefined);
  await stopping.end();
  await eventually(async () => (await depths()).queued === 30);
  await mend();
  const next = await system.start();
  await eventually(async () => (await decided(place)).length === 30);
  expect(await decided(place)).toEqual(batches);
  await next.end();
  expect(await depths()).toEqual({ queued: 0, parked: 0 });
});

test('one batch that fails by itself is parked once another is decided, and holds up nobody', async () => {
  const good = await system.openDrop();
  const bad = await system.openDrop();
  const news = await system.news(good.drop.id);
  await spoil(bad.place);
  const consumer = await system.start();
  // No other message can show that the fault is its own, so it is not parked yet.
  await enter(bad.place, 1, 1);
  await eventually(() => consumer.lines.some(({ msg }) => msg === 'trying again'));
  const first = await enter(good.place, 1, 1);
  await eventually(async () => (await depths()).parked === 1);
  expect(await decided(good.place)).toEqual(first);
  // The same with other messages around it.
  const more = [...(await enter(good.place, 2, 3))];
  await enter(bad.place, 2, 2);
  more.push(...(await enter(good.place, 5, 3)));
  await eventually(async () => (await depths()).parked === 3);
  await eventually(async () => (await decided(good.place)).length === 7);
  expect(await decided(good.place)).toEqual([...first, ...more]);
  expect(consumer.trouble()).toBeUndefined();
  await eventually(() => news.told.length === 7);
  await consumer.end();
  expect(await depths()).toEqual({ queued: 0, parked: 3 });
});

test('a fault that has passed by the time that another batch is decided parks nothing', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  let isPast = false;
  const consumer = await system.start({
    inventory: {
      ...system.inventory,
      claim: async (at, batch, options) => {
        const buyer = Number.parseInt(batch.packed, 10);
        if (buyer !== 2 || isPast) {
          const result = await system.inventory.claim(at, batch, options);
          isPast ||= buyer === 3 && result.kind === 'decided';
          return result;
        }
        const error = new Error('ERR something that nobody has heard of');
        error.name = 'ReplyError';
        throw error;
      },
    },
  });
  const batches = await enter(place, 1, 4);
  await eventually(async () => (await decided(place)).length === 4);
  expect(new Set(await decided(place))).toEqual(new Set(batches));
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim');
  expect(claims.map(({ q = '' }) => q.split('.').slice(1).join('.'))).toEqual(['1', '3', '2.late', '4']);
  await eventually(() => news.told.length === 4);
  await consumer.end();
  expect(await depths()).toEqual({ queued: 0, parked: 0 });
});

describe('what follows a decision', () => {
  const telling = (fails: (message: string) => boolean) =>
    Object.create(system.redis, {
      spublish: {
        value: (channel: string, message: string) => {
          if (!fails(message)) return system.redis.spublish(channel, message);
          const error = new Error('ERR something that nobody has heard of');
          error.name = 'ReplyError';
          return Promise.reject(error);
        },
      },
    }) as typeof system.redis;

  test('is in vain for every batch: none is parked, and all are told once it is not', async () => {
    const { drop, place } = await system.openDrop();
    const news = await system.news(drop.id);
    let isFailing = true;
    let failures = 0;
    const consumer = await system.start({
      redis: telling(() => {
        failures += 1;
        return isFailing;
      }),
    });
    await enter(place, 1, 7);
    await eventually(() => failures >= 7 * 4);
    expect(consumer.trouble()).toContain('nobody has heard of');
    isFailing = false;
    await eventually(() => news.told.length === 7);
    await eventually(() => consumer.trouble() === undefined);
    await consumer.end();
    expect(await depths()).toEqual({ queued: 0, parked: 0 });
  });

  test('is in vain for one batch: that one is parked', async () => {
    const { drop, place } = await system.openDrop();
    const news = await system.news(drop.id);
    const consumer = await system.start({ redis: telling((message) => message.includes('"to":2,')) });
    const batches = await enter(place, 1, 4);
    await eventually(async () => {
      // A later message succeeds, which shows that the fault is not in Redis.
      await enter(place, 100, 1);
      return (await depths()).parked === 1;
    });
    expect(news.forBuyer(2)).toEqual([]);
    await consumer.end();
    const [parked] = await system.broker.drain(system.broker.topology.parked);
    expect(parked?.properties.messageId).toBe(batches[1]);
  });
});
