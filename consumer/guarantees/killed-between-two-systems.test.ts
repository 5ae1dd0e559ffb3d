import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { decodeTimer } from '../../shared/messages/hold-timer.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { decodeOutcomes, type Batch, type Outcome } from '../../shared/inventory/claim.ts';
import { places } from '../../shared/inventory/keys.ts';
import { eventually } from '../../testing/eventually.ts';
import { inShort, newBatch } from '../../testing/inventory.ts';
import { toSetting } from '../../testing/keys.ts';
import { testServers } from '../../testing/servers.ts';
import { createConsumerSystem, type ConsumerSystem } from '../../testing/consumer/consumer-system.ts';
import type { Plan, Point } from '../../testing/consumer/consumer-that-dies.ts';

const never = 3_600_000;

let system: ConsumerSystem;
beforeEach(async () => (system = await createConsumerSystem({ entryQueues: 2 })));
afterEach(() => system.close());

/** Runs a consumer in a process of its own until it has killed itself at `point`. */
async function dieAt(point: Point, sweepEveryMs = never): Promise<void> {
  const { redisNodes, amqpUrl } = testServers();
  const plan: Plan = {
    point,
    redisNodes,
    amqpUrl,
    namespace: system.namespace,
    entryQueues: 2,
    checkoutKeys: toSetting(system.checkoutKeys),
    sweepEveryMs,
  };
  const script = join(import.meta.dirname, '../../testing/consumer/consumer-that-dies.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(plan)], {
    stdio: 'inherit',
    timeout: 20_000,
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
}

/**
 * Checks what must be true whatever was killed: the ledger is consistent and agrees with Redis, each seat is in one
 * place, each live hold has a timer, and nothing is left in any queue.
 */
async function expectSound(drop: Drop): Promise<void> {
  const { topology } = system.broker;
  const timers = (await system.broker.drain(topology.waitingQueue(600))).flatMap(
    (message) => decodeTimer(message)?.holdIds ?? [],
  );
  const seats: string[] = [];
  for (const place of places(drop.id, drop.partitions)) {
    const replayed = await system.replay(drop, place);
    seats.push(...replayed.seats);
    const counts = (await system.inventory.partitionCounts(drop))[place.partition];
    const { capacity, free } = replayed;
    expect(counts).toMatchObject({ capacity, free, held: replayed.seatsIn('held') });
    const live = [...replayed.holds].filter(([, { state }]) => state === 'held').map(([holdId]) => holdId);
    expect(timers).toEqual(expect.arrayContaining(live));
    expect(await system.inventory.untold(place, 0)).toEqual([]);
    expect(await system.inventory.transfers(place)).toEqual([]);
  }
  expect(seats).toHaveLength(drop.capacity);
  expect(new Set(seats).size).toBe(drop.capacity);
  for (const queue of [topology.entryQueue(0), topology.entryQueue(1), topology.expired, topology.parked]) {
    expect([queue, await system.broker.depth(queue)]).toEqual([queue, 0]);
  }
}

/** The outcomes of batches in the ledger. Throws unless each batch is there once and in order. */
async function outcomesOf(
  place: { dropId: number; partition: number },
  batches: Batch[],
): Promise<Outcome[]> {
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim');
  expect(claims.map(({ b }) => b)).toEqual(batches.map(({ id }) => id));
  return claims.flatMap(({ r = '' }, index) => decodeOutcomes(r, batches[index] ?? newBatch('')).outcomes);
}

describe('while a batch is decided', () => {
  const decided = [
    'held 0.2+0.3',
    'held 0.1',
    'duplicate hold',
    'sold_out',
    'held 1.1+1.2+1.3',
    'held 0.4+1.4',
    'standby 1',
    'standby 2',
    'sold_out',
    'duplicate hold',
    'sold_out',
    'sold_out',
  ];
  const points: Point[] = ['decided', 'timers confirmed', 'timers set', 'told'];
  test.each(points)('%s, twice: each entry gets one outcome, and all are told', async (point) => {
    const { drop, place } = await system.openDrop({
      sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 4 }],
      standbyLimit: 2,
    });
    const news = await system.news(drop.id);
    const batches: Batch[] = [];
    for (const entries of ['1:2,2:1,1:1,3:9', '4:3,5:2,6:1', '7:1,8:1,2:1,9:1']) {
      batches.push(await system.broker.enter(place, entries));
    }
    await dieAt(point);
    const afterFirst = await system.ledger(place);
    expect(afterFirst.some(({ t }) => t === 'claim')).toBe(true);
    await dieAt(point);
    // The last batch is decided, so all before it are.
    batches.push(await system.broker.enter(place, '10:1'));
    const consumer = await system.start();
    await eventually(() => news.forBuyer(10).length > 0);
    await consumer.end();

    const outcomes = await outcomesOf(place, batches);
    expect(outcomes.map(inShort)).toEqual(decided);
    // Buyers who were told several times were told the same.
    const told = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((buyer) => [
      ...new Set(news.forBuyer(buyer).map(({ entry }) => `${entry.status} ${entry.seats?.join('+') ?? ''}`)),
    ]);
    expect(told).toEqual([
      ['held 0.2+0.3'],
      ['held 0.1'],
      ['sold_out '],
      ['held 1.1+1.2+1.3'],
      ['held 0.4+1.4'],
      ['standby '],
      ['standby '],
      ['sold_out '],
      ['sold_out '],
    ]);
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 8, free: 0, standby: 2 });
    await expectSound(drop);
  });
});

describe('while a hold is released', () => {
  const dropWithStandby = async () => {
    const { drop, place } = await system.openDrop({
      sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
      standbyLimit: 2,
    });
    const news = await system.news(drop.id);
    const hold = await system.hold(place, 1, 2);
    await system.decide(place, '2:1,3:1');
    await system.letLapse(place, hold.holdId);
    return { drop, place, news, hold };
  };
  const expectPromotedOnce = async ({ drop, place, news }: Awaited<ReturnType<typeof dropWithStandby>>) => {
    const consumer = await system.start({ sweepGraceMs: 0 });
    await eventually(async () => (await system.inventory.untold(place, 0)).length === 0);
    await eventually(() => news.forBuyer(2).length > 0 && news.forBuyer(3).length > 0);
    await eventually(async () => (await system.broker.depth(system.broker.topology.expired)) === 0);
    await consumer.end();
    const types = (await system.ledger(place)).map(({ t }) => t);
    expect(types).toEqual(['stock', 'claim', 'claim', 'release', 'promote', 'promote']);
    for (const [buyer, seat] of [
      [2, '0.1'],
      [3, '0.2'],
    ] as const) {
      expect(await system.inventory.view(place, buyer)).toMatchObject({ kind: 'held', seats: [seat] });
      for (const told of news.forBuyer(buyer)) {
        expect(told).toMatchObject({ event: 'hold:promoted', entry: { status: 'held', seats: [seat] } });
      }
    }
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 2, free: 0, standby: 0 });
    await expectSound(drop);
  };

  const points: Point[] = ['released', 'timers confirmed', 'timers set', 'told', 'promotion told'];
  test.each(points)('by its timer, %s: the next in line get the seats once and are told', async (point) => {
    const played = await dropWithStandby();
    await system.broker.send(
      system.broker.topology.expired,
      `${played.place.dropId}.0.${played.hold.holdId}`,
      {
        type: 'holds.v1',
      },
    );
    await dieAt(point);
    expect(await system.inventory.view(played.place, 1)).toMatchObject({ kind: 'released' });
    expect(await system.inventory.untold(played.place, 0)).toHaveLength(2);
    await expectPromotedOnce(played);
  });

  test.each(['released', 'promotion told'] satisfies Point[])(
    'by the sweeper, %s: the next in line get the seats once and are told',
    async (point) => {
      const played = await dropWithStandby();
      await dieAt(point, 50);
      expect(await system.inventory.view(played.place, 1)).toMatchObject({ kind: 'released' });
      await expectPromotedOnce(played);
    },
  );
});

describe('while seats travel between partitions', () => {
  test.each(['lent', 'arrived'] satisfies Point[])(
    '%s: they arrive once, and are sold once',
    async (point) => {
      const { drop } = await system.openDrop({
        partitions: 2,
        sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 4 }],
        standbyLimit: 20,
      });
      const place = { dropId: drop.id, partition: 0 };
      const news = await system.news(drop.id);
      const batches = [
        await system.broker.enter(place, '2:2,4:2'),
        await system.broker.enter(place, '6:2,8:1,10:2'),
      ];
      await dieAt(point);
      // The next consumer continues the transfer, and is killed when the seats have arrived.
      await dieAt('arrived', 50);
      batches.push(await system.broker.enter(place, '12:9'));
      const consumer = await system.start({ sweepGraceMs: 0 });
      await eventually(() => news.forBuyer(12).length > 0);
      // For the last entry there is one seat too few, so it is in standby.
      await eventually(async () => (await system.inventory.counts(drop))?.held === 7);
      await eventually(
        async () => (await system.inventory.transfers({ ...place, partition: 1 })).length === 0,
      );
      await eventually(async () => (await system.inventory.untold(place, 0)).length === 0);
      await consumer.end();

      const outcomes = await outcomesOf(place, batches);
      expect(outcomes).toHaveLength(6);
      expect(await system.inventory.counts(drop)).toMatchObject({
        capacity: 8,
        held: 7,
        free: 1,
        standby: 1,
      });
      for (const buyer of [2, 4, 6, 8]) {
        expect(await system.inventory.view(place, buyer)).toMatchObject({ kind: 'held' });
        expect(news.forBuyer(buyer).at(-1)?.entry.status).toBe('held');
      }
      await expectSound(drop);
    },
  );
});
