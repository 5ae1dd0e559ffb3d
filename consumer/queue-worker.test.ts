import { eventually } from '../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem()));
afterEach(() => system.endConsumers());
afterAll(() => system.close());

type Claim = ConsumerSystem['inventory']['claim'];
const failing = (fault: (batchOfBuyer: number) => Error | undefined): ConsumerSystem['inventory'] => ({
  ...system.inventory,
  claim: (async (place, batch, options) => {
    const error = fault(Number.parseInt(batch.packed, 10));
    if (error) throw error;
    return system.inventory.claim(place, batch, options);
  }) satisfies Claim,
});

test('a batch that our own code stumbles over is parked after a few attempts, and the next ones flow', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  const asked: number[] = [];
  const consumer = await system.start({
    inventory: failing((buyer) => {
      asked.push(buyer);
      return buyer === 2 ? new TypeError('undefined is not a seat') : undefined;
    }),
  });
  for (const buyer of [1, 2, 3]) await system.broker.enter(place, `${buyer}:1`);
  await eventually(() => news.forBuyer(3).length === 1);
  const { topology } = system.broker;
  await eventually(async () => (await system.broker.depth(topology.parked)) === 1);
  // At least three times on its own, and once more after the next message was decided.
  expect(asked.slice(0, asked.lastIndexOf(3)).filter((buyer) => buyer === 2).length).toBeGreaterThanOrEqual(
    3,
  );
  expect(asked.slice(asked.lastIndexOf(3))).toEqual([3, 2]);
  expect(new Set(news.told.map(({ to }) => to))).toEqual(new Set([1, 3]));
  // Parking because of our own fault is logged as an error. Sent again once the fault is fixed, the message is decided.
  expect(consumer.lines.filter(({ level }) => level >= 50)).toMatchObject([{ msg: 'parked' }]);
  await consumer.end();
  const mended = await system.start();
  const [message] = await system.broker.drain(topology.parked);
  const { type, messageId, headers } = message?.properties ?? {};
  await system.broker.send(topology.entryQueue(0), message?.content.toString() ?? '', {
    type: String(type),
    messageId: String(messageId),
    headers: { ...headers },
  });
  await eventually(() => news.forBuyer(2).length === 1);
  await mended.end();
});

test('a fault that passes is waited out with the batch in hand, so order is kept', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  let attempts = 0;
  const consumer = await system.start({
    inventory: failing((buyer) => {
      if (buyer !== 2 || attempts >= 6) return undefined;
      attempts += 1;
      const error = new Error(
        attempts % 2 === 0 ? 'CLUSTERDOWN The cluster is down' : 'Connection is closed.',
      );
      if (attempts % 2 === 0) error.name = 'ReplyError';
      return error;
    }),
  });
  for (const buyer of [1, 2, 3]) await system.broker.enter(place, `${buyer}:1`);
  await eventually(() => news.told.length === 3);
  expect([1, 2, 3].map((buyer) => news.forBuyer(buyer).map(({ entry }) => entry.seats))).toEqual([
    [['0.5']],
    [['0.6']],
    [['0.4']],
  ]);
  expect(attempts).toBe(6);
  await consumer.end();
  expect(await system.broker.depth(system.broker.topology.parked)).toBe(0);
});

test('batches that wait are decided together, and one that fails among them is not overtaken', async () => {
  const { drop, place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 40 }] });
  const news = await system.news(drop.id);
  const buyers = Array.from({ length: 20 }, (_, index) => index + 1);
  for (const buyer of buyers) await system.broker.enter(place, `${buyer}:1`);
  const asked: { buyer: number; after: string | undefined }[] = [];
  let faults = 3;
  const consumer = await system.start({
    inventory: {
      ...system.inventory,
      claim: (async (at, batch, options) => {
        const buyer = Number.parseInt(batch.packed, 10);
        asked.push({ buyer, after: options.after?.id });
        if (buyer === 4 && faults > 0) {
          faults -= 1;
          throw new Error('Connection is closed.');
        }
        return system.inventory.claim(at, batch, options);
      }) satisfies Claim,
    },
  });
  await eventually(() => news.told.length === buyers.length);
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim');
  expect(claims.map(({ e }) => e)).toEqual(buyers.map((buyer) => `${buyer}:1`));
  // Messages after the fourth were tried before it was decided, without success, and again afterwards.
  expect(asked.some(({ after }) => after !== undefined)).toBe(true);
  expect(asked.filter(({ buyer }) => buyer === 5).length).toBeGreaterThan(1);
  await consumer.end();
  expect(await system.broker.depth(system.broker.topology.parked)).toBe(0);
});

test('what follows a decision is tried again too, and nothing is decided twice', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  let lost = 0;
  const redis = Object.create(system.redis, {
    spublish: {
      value: (channel: string, message: string) => {
        lost += 1;
        return lost <= 3
          ? Promise.reject(new Error('Connection is closed.'))
          : system.redis.spublish(channel, message);
      },
    },
  }) as typeof system.redis;
  const consumer = await system.start({ redis });
  await system.broker.enter(place, '1:2');
  await eventually(() => news.told.length === 1);
  expect(news.forBuyer(1)).toMatchObject([{ entry: { status: 'held', seats: ['0.5', '0.6'] } }]);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, decided: 1 });
  await consumer.end();
  expect(await system.broker.depth(system.broker.topology.entryQueue(0))).toBe(0);
});
