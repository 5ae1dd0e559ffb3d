/** The consumer tier: decides entries in order, releases expired holds, and completes work that a crash interrupted. */
import type { Cluster } from 'ioredis';
import type { Registry } from 'prom-client';
import { createAnnouncer } from '../shared/messages/announce.ts';
import type { Broker, BrokerChannel } from '../shared/messages/connect.ts';
import { NotConfirmed } from '../shared/messages/publish.ts';
import type { Topology } from '../shared/messages/topology.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop } from '../shared/tier/loop.ts';
import { isTransient } from '../shared/redis/transient.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { createDecideEntries } from './decide-entries.ts';
import { QueueWorker, type QueueWorkerOptions } from './queue-worker.ts';
import { createReleaseHolds } from './release-holds.ts';
import { createSeatSharing } from './share-seats.ts';
import { createSweep } from './sweep.ts';

export type ConsumerDeps = {
  broker: Broker;
  topology: Topology;
  redis: Cluster;
  inventory: Inventory;
  checkoutKeys: KeyList;
  registry: Registry;
  log: Log;
  /** Milliseconds between two rounds of the sweeper. */
  sweepEveryMs?: number;
  /** Milliseconds after which the sweeper takes over overdue work. */
  sweepGraceMs?: number;
  /** Milliseconds after which the sweeper takes over an overdue hold timer; `sweepGraceMs` by default. */
  timerGraceMs?: number | undefined;
};

export type Consumer = {
  ready: () => boolean;
  /** Why messages are not handled although all servers are reachable; undefined if they are handled. */
  trouble: () => string | undefined;
  /** Takes no more messages. Resolves when the messages under way are done. */
  stop: () => Promise<void>;
};

/** Unacknowledged batches per queue. For redeliveries, Redis remembers the replies to more batches (claim.lua). */
const prefetch = 128;

export async function startConsumer(deps: ConsumerDeps): Promise<Consumer> {
  const { broker, topology, redis, inventory, checkoutKeys, registry, log } = deps;
  const metrics = createConsumerMetrics(registry, () => workers);

  const timers: BrokerChannel = await broker.channel('timers', (channel) => topology.assertExpired(channel));
  const announcer = createAnnouncer({ redis, inventory, channel: timers, topology, checkoutKeys });
  const sharing = createSeatSharing({ inventory, announcer });

  const createWorker = (queue: string, handlers: Pick<QueueWorkerOptions, 'decide' | 'decideTogether'>) =>
    new QueueWorker({
      queue,
      ...handlers,
      isTransient: (error) => error instanceof NotConfirmed || isTransient(error),
      onParked: metrics.parked,
      log,
    });
  const entries = createDecideEntries({ inventory, announcer, sharing, checkoutKeys, metrics });
  const workers: QueueWorker[] = [
    ...Array.from({ length: topology.entryQueueCount }, (_, number) =>
      createWorker(topology.entryQueue(number), entries),
    ),
    createWorker(topology.expired, { decide: createReleaseHolds({ inventory, announcer, metrics }) }),
  ];

  const intake = await broker.channel('intake', async (channel) => {
    await topology.assertEntries(channel);
    await topology.assertExpired(channel);
    await channel.prefetch(prefetch);
    for (const worker of workers) await worker.consume(channel);
  });
  const graceMs = deps.sweepGraceMs ?? 2_000;
  const timerGraceMs = deps.timerGraceMs ?? graceMs;
  const sweeper = startLoop(
    'sweep',
    deps.sweepEveryMs ?? 1_000,
    log,
    createSweep({ inventory, announcer, sharing, metrics, graceMs, timerGraceMs, log }),
  );

  return {
    ready: () => intake.ready() && timers.ready(),
    trouble: () => workers.map((worker) => worker.trouble()).find((trouble) => trouble !== undefined),
    async stop() {
      await Promise.all([sweeper.stop(), ...workers.map((worker) => worker.stop())]);
      await intake.close();
    },
  };
}
