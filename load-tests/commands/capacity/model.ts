/**
 * Cost model of a drop, from the measurements of `npm run bench -- scale`: CPU in microseconds, memory in bytes. The
 * unit is one core of the machine that was measured; ratios carry over to other machines, absolute figures do not.
 */
import { z } from 'zod';

const cost = z.number().nonnegative();

export const capacityModel = z.object({
  publisher: z.object({ perEntry: cost }),
  nginx: z.object({ perEntry: cost }),
  broker: z.object({ perEntry: cost, perHold: cost }),
  consumer: z.object({ perEntry: cost, perHold: cost }),
  redis: z.object({
    perEntry: cost,
    perHold: cost,
    bytesPerEntry: cost,
    bytesPerHold: cost,
  }),
  realtime: z.object({ perConnection: cost, perOutcome: cost, bytesPerConnection: cost }),
  general: z.object({ perOrder: cost }),
  mysql: z.object({ perOrder: cost }),
});

export type CapacityModel = z.infer<typeof capacityModel>;

export type DropSize = {
  buyers: number;
  seats: number;
  standby: number;
  /** Period in which the buyers press. */
  seconds: number;
  /** Period before it in which they open the page; period after it in which the seats are paid. */
  arrivalSeconds: number;
  paymentSeconds: number;
};

export type Need = {
  tier: keyof CapacityModel;
  /** Cores in use at the tier's peak. */
  cores: number;
  bytes: number;
};

export type Run = {
  /** Presses of Buy. */
  presses: number;
  /** Presses that became entries and got seats or standby; the others were refused at once. */
  entries: number;
  /** Entries that got seats. */
  holds: number;
};

/** Cost of accepting and deciding entries, without sockets and payments: CPU seconds by tier, and bytes of Redis. */
export function costOfRun(model: CapacityModel, { presses, entries, holds }: Run) {
  const decided = ({ perEntry, perHold }: { perEntry: number; perHold: number }) =>
    (perEntry * entries + perHold * holds) / 1e6;
  const { bytesPerEntry, bytesPerHold } = model.redis;
  return {
    publisher: (model.publisher.perEntry * presses) / 1e6,
    nginx: (model.nginx.perEntry * presses) / 1e6,
    broker: decided(model.broker),
    consumer: decided(model.consumer),
    redis: decided(model.redis),
    redisBytes: bytesPerEntry * entries + bytesPerHold * holds,
  };
}

/** Delay until publishers know that a drop is sold out. */
const soldOutDelaySeconds = 0.2;

function runOf({ buyers, seats, standby, seconds }: DropSize): Run {
  const surplus = (buyers / seconds) * soldOutDelaySeconds;
  return {
    presses: buyers,
    entries: Math.min(buyers, seats + standby + surplus),
    holds: Math.min(buyers, seats),
  };
}

/** Needs by tier, if each buyer presses once and every seat is paid once. */
export function needsOf(model: CapacityModel, dropSize: DropSize): Need[] {
  const { buyers, seats, seconds, arrivalSeconds, paymentSeconds } = dropSize;
  const run = costOfRun(model, runOf(dropSize));
  const { perConnection, perOutcome, bytesPerConnection } = model.realtime;
  // Arrival ends before the presses begin, so the two loads do not add up.
  const realtime = Math.max(
    (perConnection * buyers) / arrivalSeconds / 1e6,
    (perOutcome * buyers) / seconds / 1e6,
  );
  const paying = (perOrder: number) => (perOrder * seats) / paymentSeconds / 1e6;
  return [
    { tier: 'nginx', cores: run.nginx / seconds, bytes: 0 },
    { tier: 'publisher', cores: run.publisher / seconds, bytes: 0 },
    { tier: 'broker', cores: run.broker / seconds, bytes: 0 },
    { tier: 'consumer', cores: run.consumer / seconds, bytes: 0 },
    { tier: 'redis', cores: run.redis / seconds, bytes: run.redisBytes },
    { tier: 'realtime', cores: realtime, bytes: bytesPerConnection * buyers },
    { tier: 'general', cores: paying(model.general.perOrder), bytes: 0 },
    { tier: 'mysql', cores: paying(model.mysql.perOrder), bytes: 0 },
  ];
}

export type Machine = {
  cores: number;
  bytes: number;
  /** Share of its cores and memory that may be in use at the peak, 0 to 1. */
  usable: number;
};

/** Machines that a tier needs. */
export function machinesFor({ cores, bytes }: Need, machine: Machine): number {
  const byCores = cores / (machine.cores * machine.usable);
  const byMemory = bytes / (machine.bytes * machine.usable);
  return Math.max(1, Math.ceil(Math.max(byCores, byMemory)));
}

/**
 * Partitions that a drop needs. One consumer and one Redis core decide a partition at a time, so only more partitions
 * can use more of them.
 */
export function partitionsFor(model: CapacityModel, dropSize: DropSize, usable: number): number {
  const { consumer, redis } = costOfRun(model, runOf(dropSize));
  return Math.max(1, Math.ceil(Math.max(consumer, redis) / dropSize.seconds / usable));
}
