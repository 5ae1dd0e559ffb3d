/**
 * Redis decides about seats and MySQL about orders; they must come to the same. Every other second they are compared
 * at a glance. Where Redis lacks what MySQL has long had, or has shown by its version that it went back, all orders of
 * the drop are compared and Redis follows them. What lasts for all that is drift, which somebody has to look at.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Look } from '../../shared/inventory/reads.ts';
import { places } from '../../shared/inventory/keys.ts';
import { createWorkOff, inMemory, type Round } from '../../shared/tier/work-off.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createGlance, type Glance } from './glance.ts';
import { mendDrop, type MendDeps } from './mend-drop.ts';

/** In seats. `lost`: of partitions that are not in Redis. `counters`: what Redis counted and what it has. */
type Drift = Record<'sold' | 'unexplained' | 'counters' | 'capacity' | 'lost', number>;

type FollowTimes = {
  everyMs: number;
  /** The age from which on Redis should know of an order, or of a refund. */
  settledAfterMs: number;
  /** Between two comparisons of all orders of a drop that had nothing to mend: while the glance finds fault, else. */
  againAfterMs: number;
  thoroughEveryMs: number;
  /** What lasts as long is drift; longer than the reconciler takes to make good what a crash left. */
  driftAfterMs: number;
};

const usual: FollowTimes = {
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
  const all = { ...usual, ...times };
  return startLoop('follow MySQL', all.everyMs, deps.log, createFollow(deps, registry, all));
}

type Known = {
  /** What tells that something has happened in the drop, and Redis's version of it. */
  mark: string;
  versions: number[];
  hadTooMany: boolean;
  isAtFault: boolean;
  /** When all orders were compared, what tells whether anything has happened since, and what came of it. */
  compared?: { at: number; mark: string; mended: boolean; unexplained: number; counters: number };
  /** Of each kind of drift: since when there is any, the least there was since, and whether it was warned of. */
  lasting: Map<keyof Drift, { since: number; least: number; warned: boolean }>;
};

/** One round over all drops on sale. */
export function createFollow(deps: MendDeps, registry: Registry, times: FollowTimes): Round {
  const metrics = createFollowMetrics(registry);
  let known = new Map<number, Known>();

  const glance = createGlance(deps, times.settledAfterMs);
  let due: { seen: Glance; now: Known }[] = [];
  // Another drop's fault is no reason to leave this one alone.
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
      const of = known.get(seen.drop.id);
      const mark = [seen.soldInMysql, ...seen.looks.map(markOf)].join();
      const now: Known = {
        ...of,
        mark,
        versions: seen.looks.map((look) => look?.version ?? 0),
        hadTooMany: tooMany(seen) > 0,
        isAtFault: isAtFault(seen, of),
        lasting: of?.lasting ?? new Map(),
      };
      next.set(seen.drop.id, now);
      if (isDue(seen, of, now, times)) due.push({ seen, now });
    }
    await compare(stopping);
    known = next;
    metrics.drift.reset();
    for (const seen of glances) tellDrift(deps, seen, known.get(seen.drop.id)!, times, metrics);
  };
}

/** Seats that Redis has sold and MySQL has not: refunds on their way, as a rule. And those that it lacks. */
const tooMany = ({ looks, soldInMysql }: Glance) => Math.max(0, soldInRedis(looks) - soldInMysql);
const tooFew = ({ looks, settledInMysql }: Glance) => Math.max(0, settledInMysql - soldInRedis(looks));
const soldInRedis = (looks: Glance['looks']) => looks.reduce((sum, look) => sum + (look?.sold ?? 0), 0);

const markOf = (look: Look | undefined) =>
  look && [look.latest, look.free, look.held, look.paying, look.sold];

function isAtFault(seen: Glance, before: Known | undefined): boolean {
  if (tooFew(seen) > 0 || (tooMany(seen) > 0 && before?.hadTooMany === true)) return true;
  const { counters = 0, unexplained = 0 } = before?.compared ?? {};
  return counters + unexplained > 0;
}

function isDue(seen: Glance, before: Known | undefined, now: Known, times: FollowTimes): boolean {
  // What is lost is for somebody to rebuild.
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
    const off = (of: 'free' | 'taken' | 'sold') => Math.abs(tally.rows[of] - tally.counters[of]);
    return sum + off('free') + off('taken') + off('sold');
  }, 0);
  const { sales, refunds, yielded, blocked, unexplained } = await mendDrop(deps, drop, times.settledAfterMs);
  metrics.followed.inc({ what: 'sale' }, sales);
  metrics.followed.inc({ what: 'refund' }, refunds);
  metrics.followed.inc({ what: 'hold_yielded' }, yielded);
  if (unexplained.length > 0 && unexplained.length !== known.compared?.unexplained)
    deps.log.error(
      { dropId: drop.id, seats: unexplained },
      'Redis has sold seats of which MySQL has no order',
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
  const there = looks.filter((look) => look !== undefined);
  const isWhole = there.length === looks.length;
  const missing = Math.abs(drop.capacity - there.reduce((sum, { capacity }) => sum + capacity, 0));
  return {
    sold: isWhole ? tooFew(seen) + tooMany(seen) : 0,
    unexplained: isWhole ? (compared?.unexplained ?? 0) : 0,
    counters: compared?.counters ?? 0,
    // Seats on their way between partitions are in neither for a moment.
    capacity: isWhole ? missing : 0,
    lost: isWhole ? 0 : missing,
  };
}

function tellDrift(
  { log }: MendDeps,
  seen: Glance,
  known: Known,
  { driftAfterMs }: FollowTimes,
  { drift }: FollowMetrics,
): void {
  const dropId = seen.drop.id;
  const now = Object.entries(driftOf(seen, known)) as [keyof Drift, number][];
  for (const [what, seats] of now) {
    const last = known.lasting.get(what) ?? { since: performance.now(), least: Infinity, warned: false };
    const least = Math.min(seats, last.least);
    if (seats === 0) known.lasting.delete(what);
    else known.lasting.set(what, { ...last, least });
    const lasts = seats > 0 && performance.now() - last.since >= driftAfterMs;
    drift.set({ drop: dropId, what }, lasts ? least : 0);
    if (!lasts || last.warned) continue;
    known.lasting.set(what, { ...last, least, warned: true });
    log.warn({ dropId, what, seats: least }, 'Redis and MySQL have drifted apart');
  }
}

type FollowMetrics = ReturnType<typeof createFollowMetrics>;

function createFollowMetrics(registry: Registry) {
  const drift = new Gauge({
    name: 'seatdrop_drift_seats',
    help: 'Seats about which Redis and MySQL, or counters and rows in Redis, disagree for longer than a moment',
    labelNames: ['drop', 'what'],
    registers: [registry],
  });
  const followed = new Counter({
    name: 'seatdrop_followed_total',
    help: 'Orders and refunds that Redis had forgotten and follows again, and unpaid holds that ended for it',
    labelNames: ['what'],
    registers: [registry],
  });
  for (const what of ['sale', 'refund', 'hold_yielded']) followed.inc({ what }, 0);
  return { drift, followed };
}
