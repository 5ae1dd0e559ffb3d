import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Outcome } from '../shared/inventory/claim.ts';

export type ConsumerMetrics = {
  /** `waitedMs`: from acceptance (by the publisher's clock) to decision (by the clock of Redis). */
  decided: (outcomes: readonly Outcome[], size: number, waitedMs: number) => void;
  /** A batch was redelivered after Redis had forgotten its outcomes. */
  decidedBefore: () => void;
  released: (result: string, by: 'timer' | 'sweeper') => void;
  promoted: (count: number) => void;
  toldLate: (count: number) => void;
  parked: (queue: string) => void;
};

/** The number of failing messages by queue, read at each scrape of the metrics. */
export type ReadFailing = () => { queue: string; failing: number }[];

export function createConsumerMetrics(registry: Registry, read: ReadFailing = () => []): ConsumerMetrics {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'seatdrop_entries_decided_total',
    help: 'Entries that got an outcome',
    labelNames: ['outcome'],
    registers,
  });
  const batchSize = new Histogram({
    name: 'seatdrop_batch_entries',
    help: 'Entries in a batch',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const wait = new Histogram({
    name: 'seatdrop_entry_wait_seconds',
    help: 'Time from acceptance of an entry to its decision',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const decidedBefore = new Counter({
    name: 'seatdrop_batches_decided_before_total',
    help: 'Batches redelivered so late that Redis knew only their sequence numbers',
    registers,
  });
  const releases = new Counter({
    name: 'seatdrop_releases_total',
    help: 'Attempts to release expired holds',
    labelNames: ['result', 'by'],
    registers,
  });
  const promotions = new Counter({
    name: 'seatdrop_promotions_total',
    help: 'Standby buyers who got seats after a hold expired',
    registers,
  });
  const toldLate = new Counter({
    name: 'seatdrop_promotions_told_late_total',
    help: 'Promotions that the sweeper had to announce',
    registers,
  });
  const parked = new Counter({
    name: 'seatdrop_parked_total',
    help: 'Messages that could not be handled',
    labelNames: ['queue'],
    registers,
  });
  const gauge = new Gauge({
    name: 'seatdrop_failing_messages',
    help: 'Unacknowledged messages that fail for a reason that does not look transient',
    labelNames: ['queue'],
    registers: [],
    collect() {
      for (const { queue, failing } of read()) this.set({ queue }, failing);
    },
  });
  registry.registerMetric(gauge);
  return {
    decided(list, size, waitedMs) {
      for (const { kind } of list) outcomes.inc({ outcome: kind });
      batchSize.observe(size);
      wait.observe(Math.max(0, waitedMs) / 1000);
    },
    decidedBefore: () => decidedBefore.inc(),
    released: (result, by) => releases.inc({ result, by }),
    promoted: (count) => promotions.inc(count),
    toldLate: (count) => toldLate.inc(count),
    parked: (queue) => parked.inc({ queue }),
  };
}
