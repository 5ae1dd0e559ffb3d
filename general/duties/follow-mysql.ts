/**
 * Redis decides about seats and MySQL about orders; both must agree. Every two seconds their totals are compared. If
 * Redis lacks orders that MySQL has had for some time, or its version shows that it went back, all orders of the drop
 * are compared and Redis is corrected. A difference that lasts is reported as drift, for somebody to look at.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Look } from '../../shared/inventory/reads.ts';
import { places } from '../../shared/inventory/keys.ts';
import { createWorkOff, inMemory, type Round } from '../../shared/tier/work-off.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createGlance, type Glance } from './glance.ts';
import { mendDrop, type MendDeps } from './mend-drop.ts';

/**
 * In seats. `lost`: seats of partitions that are not in Redis. `counters`: differences between Redis's counters and
 * its rows.
 */
type Drift = Record<'sold' | 'unexplained' | 'counters' | 'capacity' | 'lost', number>;

type FollowTimes = {
  everyMs: number;
  /** Age at which Redis should know of an order or a refund. */
  settledAfterMs: number;
  /**
   * Minimum time between two full comparisons of a drop that needed no correction: the first while totals differ, the
   * second otherwise.
   */
  againAfterMs: number;
  thoroughEveryMs: number;
  /** A difference that lasts this long is drift; longer than the reconciler takes to repair what a crash left. */
  driftAfterMs: number;
};

const defaultTimes: FollowTimes = {
  everyMs: 2_000,
  settledAfterMs: 3_000,
  againAfterMs: 20_000,
  thoroughEveryMs: 60_000,
  driftAfterMs: 20_000,
};

export function startFollowing(
  deps: MendDeps,
  { registry, times = {} }: { registry: Registry; times?: Partial<FollowTimes> },
): Loop {
  const all = { ...defaultTimes, ...times };
  return startLoop('follow MySQL', all.everyMs, deps.log, createFollow(deps, registry, all));
}

type Known = {
  /** Changes with every event in the drop; and the version Redis had of each partition. */
  mark: string;
  versions: number[];
  hadTooMany: boolean;
  isAtFault: boolean;
  /** The last full comparison: its time, the mark at that time, and its result. */
  compared?: { at: number; mark: string; mended: boolean; unexplained: number; counters: number };
  /** For each kind of drift: when it began, its minimum since then, and whether it was logged. */
  lasting: Map<keyof Drift, { since: number; minSeats: number; warned: boolean }>;
};

/** Returns a function that runs one round over all drops on sale. */
export function createFollow(deps: MendDeps, registry: Registry, times: FollowTimes): Round {
  const metrics = createFollowMetrics(registry);
  let known = new Map<number, Known>();

  const glance = createGlance(deps, times.settledAfterMs);
  let due: { seen: Glance; now: Known }[] = [];
  // A fault in one drop must not keep the others from being compared.
  const compare = createWorkOff<{ seen: Glance; now: Known }>({
    name: 'compare with MySQL',
    log: deps.log,
    page: inMemory(() => due),
    keyOf: ({ seen }) => seen.drop.id,
    laneOf: ({ seen: { drop } }) => deps.inventory.nodesOf(places(drop.id, drop.partitions)),
    atOnce: 2,
    firstPauseMs: times.everyMs,
    async work({ seen, now }) {
      await compareAll(deps, seen, now, times, metrics);
      return 'done';
    },
  });

  return async (stopping) => {
    const glances = await glance(stopping);
    due = [];
    const next = new Map<number, Known>();
    for (const seen of glances) {
      const before = known.get(seen.drop.id);
      const mark = [seen.soldInMysql, ...seen.looks.map(markOf)].join();
      const now: Known = {
        ...before,
        mark,
        versions: seen.looks.map((look) => look?.version ?? 0),
        hadTooMany: excessInRedis(seen) > 0,
        isAtFault: isAtFault(seen, before),
        lasting: before?.lasting ?? new Map(),
      };
      next.set(seen.drop.id, now);
      if (isDue(seen, before, now, times)) due.push({ seen, now });
    }
    await compare(stopping);
    known = next;
    metrics.drift.reset();
    for (const seen of glances) reportDrift(deps, seen, known.get(seen.drop.id)!, times, metrics);
  };
}

/** Seats sold in Redis and not in MySQL (usually refunds under way), and seats sold in MySQL and not in Redis. */
const excessInRedis = ({ looks, soldInMysql }: Glance) => Math.max(0, soldInRedis(looks) - soldInMysql);
const missingInRedis = ({ looks, settledInMysql }: Glance) =>
  Math.max(0, settledInMysql - soldInRedis(looks));
const soldInRedis = (looks: Glance['looks']) => looks.reduce((sum, look) => sum + (look?.sold ?? 0), 0);

const markOf = (look: Look | undefined) =>
  look && [look.latest, look.free, look.held, look.paying, look.sold];

function isAtFault(seen: Glance, before: Known | undefined): boolean {
  if (missingInRedis(seen) > 0 || (excessInRedis(seen) > 0 && before?.hadTooMany === true)) return true;
  const { counters = 0, unexplained = 0 } = before?.compared ?? {};
  return counters + unexplained > 0;
}

function isDue(seen: Glance, before: Known | undefined, now: Known, times: FollowTimes): boolean {
  // A lost partition is rebuilt by an operator.
  if (seen.looks.includes(undefined)) return false;
  const { compared } = now;
  if (!before || !compared) return true;
  if (now.versions.some((version, partition) => version < (before.versions[partition] ?? 0))) return true;
  const sinceMs = performance.now() - compared.at;
  if (now.isAtFault) return !before.isAtFault || compared.mended || sinceMs >= times.againAfterMs;
  return now.mark !== compared.mark && sinceMs >= times.thoroughEveryMs;
}

async function compareAll(
  deps: MendDeps,
  { drop }: Glance,
  known: Known,
  times: FollowTimes,
  metrics: FollowMetrics,
): Promise<void> {
  const tallies = await deps.inventory.tallies(drop);
  const counters = tallies.reduce((sum, tally) => {
    if (!tally) return sum;
    const difference = (state: 'free' | 'taken' | 'sold') =>
      Math.abs(tally.rows[state] - tally.counters[state]);
    return sum + difference('free') + difference('taken') + difference('sold');
  }, 0);
  const { sales, refunds, yielded, blocked, unexplained } = await mendDrop(deps, drop, times.settledAfterMs);
  metrics.followed.inc({ what: 'sale' }, sales);
  metrics.followed.inc({ what: 'refund' }, refunds);
  metrics.followed.inc({ what: 'hold_yielded' }, yielded);
  if (unexplained.length > 0 && unexplained.length !== known.compared?.unexplained)
    deps.log.error(
      { dropId: drop.id, seats: unexplained },
      'Redis has sold seats for which MySQL has no order',
    );
  const mended = !blocked && sales + refunds > 0;
  known.compared = {
    at: performance.now(),
    mark: known.mark,
    mended,
    unexplained: unexplained.length,
    counters,
  };
}

function driftOf(seen: Glance, { compared }: Known): Drift {
  const { drop, looks } = seen;
  const present = looks.filter((look) => look !== undefined);
  const isWhole = present.length === looks.length;
  const missing = Math.abs(drop.capacity - present.reduce((sum, { capacity }) => sum + capacity, 0));
  return {
    sold: isWhole ? missingInRedis(seen) + excessInRedis(seen) : 0,
    unexplained: isWhole ? (compared?.unexplained ?? 0) : 0,
    counters: compared?.counters ?? 0,
    // Seats moving between partitions are in neither for a moment.
    capacity: isWhole ? missing : 0,
    lost: isWhole ? 0 : missing,
  };
}

function reportDrift(
  { log }: MendDeps,
  seen: Glance,
  known: Known,
  { driftAfterMs }: FollowTimes,
  { drift }: FollowMetrics,
): void {
  const dropId = seen.drop.id;
  const now = Object.entries(driftOf(seen, known)) as [keyof Drift, number][];
  for (const [what, seats] of now) {
    const last = known.lasting.get(what) ?? { since: performance.now(), minSeats: Infinity, warned: false };
    const minSeats = Math.min(seats, last.minSeats);
    if (seats === 0) known.lasting.delete(what);
    else known.lasting.set(what, { ...last, minSeats });
    const lasts = seats > 0 && performance.now() - last.since >= driftAfterMs;
    drift.set({ drop: dropId, what }, lasts ? minSeats : 0);
    if (!lasts || last.warned) continue;
    known.lasting.set(what, { ...last, minSeats, warned: true });
    log.warn({ dropId, what, seats: minSeats }, 'Redis and MySQL have drifted apart');
  }
}

type FollowMetrics = ReturnType<typeof createFollowMetrics>;

function createFollowMetrics(registry: Registry) {
  const drift = new Gauge({
    name: 'seatdrop_drift_seats',
    help: 'Seats about which Redis and MySQL, or counters and rows in Redis, have disagreed for at least 20 seconds',
    labelNames: ['drop', 'what'],
    registers: [registry],
  });
  const followed = new Counter({
    name: 'seatdrop_followed_total',
    help: 'Orders and refunds that Redis had lost and that were restored, and unpaid holds that ended because of it',
    labelNames: ['what'],
    registers: [registry],
  });
  for (const what of ['sale', 'refund', 'hold_yielded']) followed.inc({ what }, 0);
  return { drift, followed };
}
