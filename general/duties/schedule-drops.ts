/**
 * The schedules of a drop follow MySQL. Nobody who makes, edits or cancels a drop speaks to AWS: the duty here compares
 * what drops are to need with what AWS was told, and tells it the rest. What AWS was told is written down after it has
 * said that it knows, so whoever is killed in between tells it again; schedules have names, so that is no harm.
 */
import { SchedulerServiceException } from '@aws-sdk/client-scheduler';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Log } from '../../shared/tier/log.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { retried, transact, type Database } from '../../shared/mysql/connect.ts';
import { createWorkOff, inMemory, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import {
  endsSoon,
  planSchedules,
  putOff,
  type DropTimes,
  type SchedulePlan,
  type Told,
} from '../schedules/plan-schedules.ts';
import type { ScheduleMetrics } from '../schedules/schedule-metrics.ts';
import type { Scheduler } from '../schedules/scheduler.ts';

export type ScheduleDeps = {
  db: Database;
  inventory: Pick<Inventory, 'counts'>;
  scheduler: Scheduler;
  upBeforeMs: number;
  log: Log;
};

type Scheduled = {
  id: number;
  partitions: number;
  times: DropTimes;
  told: Told | undefined;
  /** There is a row for what AWS is told. */
  hasRow: boolean;
};

/** Milliseconds after closing at which every window is over by itself: a hold lasts an hour at the most. */
const longAfterClosing = 2 * 3_600_000;

export function startScheduling(deps: ScheduleDeps, metrics: ScheduleMetrics, everyMs = 5_000): Loop {
  const schedule = createScheduling(deps, metrics, { firstPauseMs: everyMs });
  return startLoop('schedule drops', everyMs, deps.log, (stopping) => schedule(Date.now(), stopping));
}

/** One round. */
export function scheduleDrops(
  deps: ScheduleDeps,
  metrics?: ScheduleMetrics,
  now = Date.now(),
): Promise<void> {
  return createScheduling(deps, metrics)(now);
}

/**
 * Tells AWS whatever it does not know. A drop of which it takes no word keeps back no other.
 * @throws Error when it did not take all of it
 */
function createScheduling(
  deps: ScheduleDeps,
  metrics?: ScheduleMetrics,
  times: Partial<WorkOffTimes> = {},
): (now: number, stopping?: AbortSignal) => Promise<void> {
  let now = 0;
  let due: Scheduled[] = [];
  let left = 0;
  let faults: Error[] = [];
  const tellAll = createWorkOff<Scheduled>({
    name: 'schedule drops',
    log: deps.log,
    ...times,
    page: inMemory(() => due),
    keyOf: ({ id }) => id,
    // Each takes a connection to MySQL for as long as AWS takes.
    atOnce: 2,
    async work({ id, hasRow }) {
      try {
        await scheduleDrop(deps, id, hasRow, metrics, now);
      } catch (error) {
        faults.push(error as Error);
        return 'later';
      }
      left -= 1;
      return 'done';
    },
  });
  return async (at, stopping) => {
    now = at;
    due = (await readDrops(deps.db, now)).filter((drop) => isDue(deps, drop, now));
    left = due.length;
    faults = [];
    await tellAll(stopping);
    metrics?.behind(left);
    const away = faults.find((fault) => !isRefusal(fault));
    if (away !== undefined) throw away;
    if (faults.length > 0) throw new AggregateError(faults, 'AWS refused the schedules of some drops');
  };
}

function isDue({ upBeforeMs }: ScheduleDeps, { times, told }: Scheduled, now: number): boolean {
  return (
    planSchedules(times, told, upBeforeMs, now) !== undefined || (told !== undefined && endsSoon(told, now))
  );
}

const isRefusal = (error: unknown) => error instanceof SchedulerServiceException && error.$fault === 'client';

/**
 * The row is locked while AWS is told, so that of two processes none tells it what was true before. Not the drop's own
 * row: nobody who edits a drop waits for AWS. The drop is read after the lock; who edits it later is seen by the next look.
 */
async function scheduleDrop(
  deps: ScheduleDeps,
  id: number,
  hasRow: boolean,
  metrics: ScheduleMetrics | undefined,
  now: number,
): Promise<void> {
  const { db, upBeforeMs, log } = deps;
  if (!hasRow)
    await retried(db, () => db('drop_schedules').insert({ drop_id: id }).onConflict('drop_id').ignore());
  // AWS may be told again what it was told: schedules have names.
  await transact(db, async (trx) => {
    const own: unknown = await trx('drop_schedules')
      .where({ drop_id: id })
      .forUpdate()
      .skipLocked()
      .first('drop_id');
    if (!own) return;
    const [drop] = await readDrops(trx, now, id);
    if (!drop) return;
    const plan =
      planSchedules(drop.times, drop.told, upBeforeMs, now) ?? (await later(deps, drop, metrics, now));
    if (!plan) return;
    await tell(deps.scheduler, id, plan);
    await trx('drop_schedules').where({ drop_id: id }).update(columnsOf(plan.told));
    log.info({ dropId: id, ...sayable(plan) }, 'the schedules of a drop are set');
  });
}

async function tell(scheduler: Scheduler, id: number, { puts, removes }: SchedulePlan): Promise<void> {
  for (const schedule of puts) await scheduler.put(id, schedule);
  for (const kind of removes) await scheduler.remove(id, kind);
}

/** Capacity stays while seats are held or being paid; also where nobody can know, since Redis is away. */
async function later(
  { inventory, log }: ScheduleDeps,
  { id, partitions, times, told }: Scheduled,
  metrics: ScheduleMetrics | undefined,
  now: number,
): Promise<SchedulePlan | undefined> {
  if (!told || !endsSoon(told, now)) return undefined;
  try {
    const counts = await inventory.counts({ id, partitions });
    if (!counts || counts.held + counts.paying === 0) return undefined;
  } catch (error) {
    log.warn({ err: error, dropId: id }, 'nobody knows whether seats are held: capacity stays');
  }
  metrics?.putOff();
  return putOff(told, times, now);
}

type Row = {
  id: number;
  partitions: number;
  opens_at: Date;
  closes_at: Date;
  hold_seconds: number;
  cancelled_at: Date | null;
} & Record<'from_at' | 'until_at' | 'up_at' | 'down_at' | 'told_at', Date | null> &
  Record<'drop_id', number | null>;

/** Drops that may need schedules, or have some; or the one that is asked for. */
async function readDrops(db: Database, now: number, id?: number): Promise<Scheduled[]> {
  const all = () =>
    db('drops as d')
      .leftJoin('drop_schedules as s', 's.drop_id', 'd.id')
      .orderBy('d.opens_at')
      .select('d.id', 'd.partitions', 'd.opens_at', 'd.closes_at', 'd.hold_seconds', 'd.cancelled_at')
      .select('s.drop_id', 's.from_at', 's.until_at', 's.up_at', 's.down_at', 's.told_at');
  // Two queries, each with an index that leads past the drops that are over.
  const rows = (
    id !== undefined
      ? await all().where('d.id', id)
      : [
          ...((await all().where('d.closes_at', '>', new Date(now - longAfterClosing))) as Row[]),
          ...((await all()
            .where('s.down_at', '>', new Date(now))
            .where('d.closes_at', '<=', new Date(now - longAfterClosing))) as Row[]),
        ]
  ) as Row[];
  return rows.map((row) => ({
    id: row.id,
    partitions: row.partitions,
    times: {
      opensAt: row.opens_at.getTime(),
      closesAt: row.closes_at.getTime(),
      holdSeconds: row.hold_seconds,
      cancelled: row.cancelled_at !== null,
    },
    told: toldOf(row),
    hasRow: row.drop_id !== null,
  }));
}

function toldOf({ from_at, until_at, up_at, down_at, told_at }: Row): Told | undefined {
  if (!from_at || !until_at || !up_at || !down_at || !told_at) return undefined;
  return {
    from: from_at.getTime(),
    until: until_at.getTime(),
    upAt: up_at.getTime(),
    downAt: down_at.getTime(),
    toldAt: told_at.getTime(),
  };
}

function columnsOf(told: Told | undefined) {
  const date = (time: number | undefined) => (time === undefined ? null : new Date(time));
  return {
    from_at: date(told?.from),
    until_at: date(told?.until),
    up_at: date(told?.upAt),
    down_at: date(told?.downAt),
    told_at: date(told?.toldAt),
  };
}

function sayable({ puts, removes }: SchedulePlan) {
  return { put: puts.map(({ kind, at }) => ({ kind, at: new Date(at) })), removed: removes };
}
