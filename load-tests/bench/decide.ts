/**
 * Throughput of one consumer in entries per second, from queue to acknowledgement: it decides entries, signs and times
 * holds, and publishes outcomes to realtime. The reference is the claim script alone.
 */
import amqp from 'amqplib';
import { encodeBatch } from '../../shared/messages/entry-batch.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { batchesOf, batchSize } from './batches.ts';
import { cpuOfServers, cpuSeconds, describeSpent, spentEach, type Spent } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { Measured, BenchSystem } from './bench-system.ts';
import { countOutcomes, type OutcomeCounter } from './outcome-counter.ts';

type Mix = { name: string; entries: number; seats: number; standby: number };

const rush: Mix = { name: 'rush', entries: 1_000_000, seats: 10_000, standby: 50_000 };
/** A tenth of the size: the cost per entry should not grow with the drop. */
const smallRush: Mix = { name: 'rush, a tenth', entries: 100_000, seats: 1_000, standby: 5_000 };
const allWin: Mix = { name: 'all win', entries: 100_000, seats: 100_000, standby: 0 };
const mixes = [rush, smallRush, allWin];

/** A machine that needs longer for a million entries has another problem. */
const patienceMs = 180_000;

/** Entries/s; `micros`: CPU µs of the consumer per entry; `spent`: CPU seconds of every process per entry. */
type Round = { rate: number; bareRate: number; micros: number; spent: Spent };

export async function benchDecide(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  system.leaveRedisACore();
  const consumer = await system.startTier('consumer');
  const bare = await system.startProcess('bare-claim', { REDIS_NODES: system.servers.redis.nodes.join(',') });
  const outcomes = countOutcomes(system);
  const found = new Map<Mix, Round[]>(mixes.map((mix) => [mix, []]));
  try {
    await system.step('warm-up', () => oneRound(system, smallRush, { consumer, bare, outcomes }));
    for (let each = 1; each <= rounds; each += 1) {
      for (const mix of mixes) {
        await system.step(`round ${each} of ${rounds}: ${mix.name}`, async () => {
          found.get(mix)?.push(await oneRound(system, mix, { consumer, bare, outcomes }));
        });
      }
    }
  } finally {
    outcomes.stop();
  }
  const column = (mix: Mix, name: Exclude<keyof Round, 'spent'>) => found.get(mix)!.map((row) => row[name]);
  const ratios = (mix: Mix) => found.get(mix)!.map(({ rate, bareRate }) => rate / bareRate);
  // Compared round by round, since noise differs between rounds.
  const growth = column(rush, 'rate').map((rate, at) => column(smallRush, 'rate')[at]! / rate);
  return {
    value: Math.round(median(column(rush, 'rate'))),
    unit: 'entries/s',
    reference: Math.round(median(column(rush, 'bareRate'))),
    ratio: round(median(ratios(rush)), 3),
    more: {
      allWin: Math.round(median(column(allWin, 'rate'))),
      growth: round(median(growth), 3),
      cpuMicros: round(median(column(rush, 'micros')), 2),
    },
    table: [
      ['', 'entries', 'seats', 'consumer/s', 'script alone/s', 'ratio', 'CPU µs per entry'],
      ...mixes.map((mix) => [
        mix.name,
        number(mix.entries),
        number(mix.seats),
        spread(column(mix, 'rate')),
        spread(column(mix, 'bareRate')),
        spread(ratios(mix), 2),
        spread(column(mix, 'micros'), 1),
      ]),
    ],
    notes: [
      `batches of ${batchSize}; an entry in the large rush costs ${spread(growth, 2)} times an entry in the small one`,
      ...[rush, allWin].map(
        (mix) =>
          `CPU µs of all processes per entry (${mix.name}): ${describeSpent(
            found.get(mix)!.map(({ spent }) => spent),
            1e6,
          )}`,
      ),
    ],
  };
}

async function oneRound(
  system: BenchSystem,
  mix: Mix,
  { consumer, bare, outcomes }: { consumer: Measured; bare: Measured; outcomes: OutcomeCounter },
): Promise<Round> {
  const bareRate = await onDrop(system, mix, async (drop) => {
    const response = await fetch(`${bare.url}/?drop=${drop.id}&entries=${mix.entries}`);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return mix.entries / (JSON.parse(text) as { seconds: number }).seconds;
  });
  return onDrop(system, mix, async (drop) => {
    const cpuSoFar = (): Spent => ({
      consumer: cpuSeconds(consumer.child.pid),
      ...cpuOfServers(system.servers),
      'load generator': cpuSeconds(process.pid),
    });
    const before = cpuSoFar();
    const allPublished = await outcomes.listen(drop.id);
    const since = performance.now();
    await enqueue(system, drop, mix.entries);
    const rate = mix.entries / (((await allPublished(mix.entries, patienceMs)) - since) / 1000);
    const spent = spentEach(before, cpuSoFar(), mix.entries);
    const micros = spent['consumer']! * 1e6;
    await withChannel(system.servers.rabbitMq.url, async (channel) => {
      await channel.purgeQueue(system.topology.waitingQueue(drop.holdSeconds));
    });
    const counts = await system.inventory.counts(drop);
    if (counts?.decided !== mix.entries || counts.held !== Math.min(mix.seats, mix.entries))
      throw new Error(`unexpected counts after the round: ${JSON.stringify(counts)}`);
    return { rate, bareRate, micros, spent };
  });
}

/** Opens a drop, calls `work` with it, and deletes the drop from Redis and MySQL. */
async function onDrop<T>(system: BenchSystem, mix: Mix, work: (drop: Drop) => Promise<T>): Promise<T> {
  const { db, redis, inventory } = system;
  const drop = await system.openDrop({
    sections: [{ name: 'Stalls', rows: mix.seats / 50, seatsPerRow: 50 }],
    standbyLimit: mix.standby,
    maxPerBuyer: 2,
    holdSeconds: 900,
  });
  try {
    return await work(drop);
  } finally {
    await redis.hdel(inventory.keys.liveDrops, String(drop.id));
    await redis.unlink(...inventory.keys.all({ dropId: drop.id, partition: 0 }));
    await db('drop_questions').where({ drop_id: drop.id }).delete();
    await db('drops').where({ id: drop.id }).delete();
  }
}

async function enqueue({ servers, topology }: BenchSystem, drop: Drop, entries: number): Promise<void> {
  const place = { dropId: drop.id, partition: 0 };
  const queue = String(topology.entryQueueOf(drop.id, 0));
  await withChannel(servers.rabbitMq.url, async (channel) => {
    for (const { id, packed, sent } of batchesOf(entries)) {
      const { content, options } = encodeBatch(place, id, packed.split(','), Date.now(), sent);
      if (!channel.publish(topology.entries, queue, content, options)) {
        await new Promise((resolve) => {
          channel.once('drain', resolve);
        });
      }
    }
    await channel.waitForConfirms();
  });
}

async function withChannel(
  url: string,
  work: (channel: amqp.ConfirmChannel) => Promise<void>,
): Promise<void> {
  const connection = await amqp.connect(url);
  try {
    await work(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}
