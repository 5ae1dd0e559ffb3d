/**
 * Redis decides about seats and MySQL about orders; they must come to the same. What differs in two looks in a row is
 * no longer an order on its way from one to the other, but drift, which somebody has to look at.
 */
import { Gauge, type Registry } from 'prom-client';
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import type { Inventory, Tally } from '../../shared/inventory/inventory.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import type { Log } from '../../shared/log.ts';
import type { Database } from '../../shared/mysql/connect.ts';

export type DriftDeps = {
  db: Database;
  inventory: Pick<Inventory, 'tallies'>;
  log: Log;
};

/** In seats. `lost`: of partitions that are not in Redis. */
export type Drift = Record<'sold' | 'counters' | 'capacity' | 'lost', number>;

/** Milliseconds between two looks; longer than the reconciler takes to make good what a crash left. */
const interval = 20_000;

export function startWatchingDrift(
  deps: DriftDeps,
  { registry, everyMs = interval }: { registry: Registry; everyMs?: number },
): Loop {
  const gauge = new Gauge({
    name: 'seatdrop_drift_seats',
    help: 'Seats about which Redis and MySQL, or counters and rows in Redis, disagree for longer than a moment',
    labelNames: ['drop', 'what'],
    registers: [registry],
  });
  let last = new Map<number, Drift>();
  let warned = new Set<string>();
  return startLoop('watch drift', everyMs, deps.log, async () => {
    const now = await readDrift(deps);
    const warnings = new Set<string>();
    gauge.reset();
    for (const [dropId, drift] of now) {
      for (const what of Object.keys(drift) as (keyof Drift)[]) {
        const lasting = Math.min(drift[what], last.get(dropId)?.[what] ?? 0);
        gauge.set({ drop: dropId, what }, lasting);
        if (lasting === 0) continue;
        const key = `${dropId} ${what}`;
        warnings.add(key);
        if (!warned.has(key))
          deps.log.warn({ dropId, what, seats: lasting }, 'Redis and MySQL have drifted apart');
      }
    }
    last = now;
    warned = warnings;
  });
}

/** Of every drop whose sale is not over. */
export async function readDrift({ db, inventory }: DriftDeps): Promise<Map<number, Drift>> {
  const rows: { id: number }[] = await db('drops')
    .whereNotNull('stocked_at')
    .whereNull('sale_ended_at')
    .select('id');
  const drops = rows.length === 0 ? [] : await loadDrops(db, { ids: rows.map(({ id }) => id) });
  const found = new Map<number, Drift>();
  for (const drop of drops) {
    const tallies = await inventory.tallies(drop);
    const [sold] = (await db('sold_seats').where({ drop_id: drop.id }).count({ seats: '*' })) as [
      { seats: number | string },
    ];
    found.set(drop.id, compare(drop, tallies, Number(sold.seats)));
  }
  return found;
}

function compare(drop: Drop, tallies: readonly (Tally | undefined)[], soldInMysql: number): Drift {
  const there = tallies.filter((tally) => tally !== undefined);
  const sum = (of: (tally: Tally) => number) => there.reduce((total, tally) => total + of(tally), 0);
  const capacity = sum(({ rows }) => rows.free + rows.taken + rows.sold);
  const missing = Math.abs(drop.capacity - capacity);
  const whole = there.length === tallies.length;
  return {
    sold: whole ? Math.abs(sum(({ rows }) => rows.sold) - soldInMysql) : 0,
    counters: sum(
      ({ rows, counters }) =>
        Math.abs(rows.free - counters.free) +
        Math.abs(rows.taken - counters.taken) +
        Math.abs(rows.sold - counters.sold),
    ),
    // Seats on their way between partitions are in neither for a moment.
    capacity: whole ? missing : 0,
    lost: whole ? 0 : missing,
  };
}
