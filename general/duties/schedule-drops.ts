/**
 * Keeps the schedules at AWS in step with the drops in MySQL. Creating, editing or cancelling a drop never calls AWS:
 * this duty compares what drops need with what was sent to AWS and sends the difference. What was sent is written
 * after AWS has confirmed it, so after a crash in between it is sent again. Schedules have names, so sending one
 * twice does no harm.
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
  type SentSchedules,
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
  sent: SentSchedules | undefined;
  /** Whether `drop_schedules` has a row for the drop. */
  hasRow: boolean;
};

/** Time after closing at which every window has ended by itself: a hold lasts an hour at most. */
const longAfterClosingMs = 2 * 3_600_000;

export function startScheduling(deps: ScheduleDeps, metrics: ScheduleMetrics, everyMs = 5_000): Loop {
  const schedule = createScheduling(deps, metrics, { firstPauseMs: everyMs });
  return startLoop('schedule drops', everyMs, deps.log, (stopping) => schedule(Date.now(), stopping));
}

/** Runs one round. */
export function scheduleDrops(
  deps: ScheduleDeps,
  metrics?: ScheduleMetrics,
  now = Date.now(),
): Promise<void> {
  return createScheduling(deps, metrics)(now);
}

/**
 * Sends AWS the schedules it lacks. A drop that AWS refuses does not keep the others back.
 * @throws Error if AWS did not accept all of them
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
  const sendAll = createWorkOff<Scheduled>({
    name: 'schedule drops',
    log: deps.log,
    ...times,
    page: inMemory(() => due),
    keyOf: ({ id }) => id,
    // Each occupies a MySQL connection while AWS answers.
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
    await sendAll(stopping);
    metrics?.behind(left);
    const away = faults.find((fault) => !isRefusal(fault));
    if (away !== undefined) throw away;
    if (faults.length > 0) throw new AggregateError(faults, 'AWS refused the schedules of some drops');
  };
}

function isDue({ upBeforeMs }: ScheduleDeps, { times, sent }: Scheduled, now: number): boolean {
  return (
    planSchedules(times, sent, upBeforeMs, now) !== undefined || (sent !== undefined && endsSoon(sent, now))
  );
}

const isRefusal = (error: unknown) => error instanceof SchedulerServiceException && error.$fault === 'client';

/**
 * The row is locked while AWS is called, so that no process sends AWS an older state than another. It is not the
 * drop's own row, so that editing a drop never waits for AWS. The drop is read after the lock; a later edit is seen
 * by the next round.
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
  // The transaction may be retried: sending the same schedules twice does no harm.
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
      planSchedules(drop.times, drop.sent, upBeforeMs, now) ?? (await putOffIfHeld(deps, drop, metrics, now));
    if (!plan) return;
    await send(deps.scheduler, id, plan);
    await trx('drop_schedules').where({ drop_id: id }).update(columnsOf(plan.sent));
    log.info({ dropId: id, ...loggable(plan) }, 'the schedules of a drop are set');
  });
}

async function send(scheduler: Scheduler, id: number, { puts, removes }: SchedulePlan): Promise<void> {
  for (const schedule of puts) await scheduler.put(id, schedule);
  for (const kind of removes) await scheduler.remove(id, kind);
}

/** Keeps the capacity while seats are held or being paid, and also if Redis does not answer. */
async function putOffIfHeld(
  { inventory, log }: ScheduleDeps,
  { id, partitions, times, sent }: Scheduled,
  metrics: ScheduleMetrics | undefined,
  now: number,
): Promise<SchedulePlan | undefined> {
  if (!sent || !endsSoon(sent, now)) return undefined;
  try {
    const counts = await inventory.counts({ id, partitions });
    if (!counts || counts.held + counts.paying === 0) return undefined;
  } catch (error) {
    log.warn({ err: error, dropId: id }, 'Redis did not answer whether seats are held, so capacity stays');
  }
  metrics?.putOff();
  return putOff(sent, times, now);
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

/** Drops that may need schedules or have some; with `id`, that drop only. */
async function readDrops(db: Database, now: number, id?: number): Promise<Scheduled[]> {
  const all = () =>
    db('drops as d')
      .leftJoin('drop_schedules as s', 's.drop_id', 'd.id')
      .orderBy('d.opens_at')
      .select('d.id', 'd.partitions', 'd.opens_at', 'd.closes_at', 'd.hold_seconds', 'd.cancelled_at')
      .select('s.drop_id', 's.from_at', 's.until_at', 's.up_at', 's.down_at', 's.told_at');
  // Two queries, each with an index that skips ended drops.
  const rows = (
    id !== undefined
      ? await all().where('d.id', id)
      : [
          ...((await all().where('d.closes_at', '>', new Date(now - longAfterClosingMs))) as Row[]),
          ...((await all()
            .where('s.down_at', '>', new Date(now))
            .where('d.closes_at', '<=', new Date(now - longAfterClosingMs))) as Row[]),
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
    sent: sentOf(row),
    hasRow: row.drop_id !== null,
  }));
}

function sentOf({ from_at, until_at, up_at, down_at, told_at }: Row): SentSchedules | undefined {
  if (!from_at || !until_at || !up_at || !down_at || !told_at) return undefined;
  return {
    from: from_at.getTime(),
    until: until_at.getTime(),
    upAt: up_at.getTime(),
    downAt: down_at.getTime(),
    sentAt: told_at.getTime(),
  };
}

function columnsOf(sent: SentSchedules | undefined) {
  const date = (time: number | undefined) => (time === undefined ? null : new Date(time));
  return {
    from_at: date(sent?.from),
    until_at: date(sent?.until),
    up_at: date(sent?.upAt),
    down_at: date(sent?.downAt),
    told_at: date(sent?.sentAt),
  };
}

function loggable({ puts, removes }: SchedulePlan) {
  return { put: puts.map(({ kind, at }) => ({ kind, at: new Date(at) })), removed: removes };
}
