/**
 * What a drop costs, by what `npm run bench -- scale` measured: CPU in microseconds, memory in bytes. One core of the
 * machine it was measured on is the unit; on others the ratios carry over, the figures do not.
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
  /** In which the buyers press. */
  seconds: number;
  /** In which they open the page before that, and in which the seats are paid after. */
  arrivalSeconds: number;
  paymentSeconds: number;
};

export type Need = {
  tier: keyof CapacityModel;
  /** Cores busy at its peak. */
  cores: number;
  bytes: number;
};

export type Run = {
  /** Times that somebody pressed. */
  presses: number;
  /** Of these, how many became entries: they got seats or a place in standby. The others were told at once. */
  entries: number;
  /** Of these, how many got seats. */
  holds: number;
};

/** What deciding takes (no sockets, no payments): seconds of CPU of each, and bytes of Redis. */
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

/** Seconds after which publishers know that a drop is sold out. */
const soldOutKnownAfter = 0.2;

function runOf({ buyers, seats, standby, seconds }: DropSize): Run {
  const tooMany = (buyers / seconds) * soldOutKnownAfter;
  return {
    presses: buyers,
    entries: Math.min(buyers, seats + standby + tooMany),
    holds: Math.min(buyers, seats),
  };
}

/** Each buyer presses once, and every seat is paid once. */
export function needsOf(model: CapacityModel, dropSize: DropSize): Need[] {
  const { buyers, seats, seconds, arrivalSeconds, paymentSeconds } = dropSize;
  const run = costOfRun(model, runOf(dropSize));
  const { perConnection, perOutcome, bytesPerConnection } = model.realtime;
  // Arriving is over when pressing begins.
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
  /** Of its cores and memory, how much may be in use at the peak, 0 to 1. */
  usable: number;
};

/** Machines of one kind that a need fills. */
export function machinesFor({ cores, bytes }: Need, machine: Machine): number {
  const byCores = cores / (machine.cores * machine.usable);
  const byMemory = bytes / (machine.bytes * machine.usable);
  return Math.max(1, Math.ceil(Math.max(byCores, byMemory)));
}

/**
 * Partitions a drop needs: one is decided by one consumer at a time and on one core of Redis, so neither can be given
 * more of it.
 */
export function partitionsFor(model: CapacityModel, dropSize: DropSize, usable: number): number {
  const { consumer, redis } = costOfRun(model, runOf(dropSize));
  return Math.max(1, Math.ceil(Math.max(consumer, redis) / dropSize.seconds / usable));
}
