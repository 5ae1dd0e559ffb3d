/** What one round of each duty costs while nothing is on sale: commands to Redis, queries, and rows that MySQL reads. */
import { createSeatSharing } from '../../consumer/share-seats.ts';
import { createConsumerMetrics } from '../../consumer/consumer-metrics.ts';
import { createSweep } from '../../consumer/sweep.ts';
import { followDrops } from '../../shared/drops/follow-drops.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { createReconciling } from '../duties/reconcile-payments.ts';
import { createPaymentMetrics } from '../checkout/payment-metrics.ts';
import { createEndDrops } from '../duties/end-drops.ts';
import { createFollow } from '../duties/follow-mysql.ts';
import { createStocking } from '../duties/stock-drops.ts';
import { createArchiving } from '../duties/archive-ledgers.ts';
import { createMailings } from '../mailings/mailing-duty.ts';
import { claimRows, readBacklog } from '../mail/outbox.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import type { Deps } from '../deps.ts';
import { scheduleDrops } from '../duties/schedule-drops.ts';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { testServers } from '../../testing/servers.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
/** A single connection, for which MySQL counts the rows read. */
let db: Database;
let redis: ReturnType<typeof connectRedis>;
let deps: Deps;
beforeAll(async () => {
  system = await startGeneralSystem();
  db = connectMysql(system.mysqlUrl, { max: 1 });
  redis = connectRedis(testServers().redisNodes, system.deps.log);
  const inventory = createInventory({ redis, namespace: 'over' });
  deps = { ...system.deps, db, inventory };
});
afterAll(async () => {
  redis.disconnect();
  await db.destroy();
  await system.stop();
});

let made = 0;
async function haveEnded(count: number): Promise<void> {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const eventId = await insertEvent(db);
  const pattern = await insertDrop(db, eventId);
  const { id, ...row } = (await db('drops').where({ id: pattern.id }).first()) as Record<string, unknown>;
  await db('drop_questions').where({ drop_id: id }).delete();
  await db('drops').where({ id }).delete();
  const over = {
    ...row,
    sections: JSON.stringify(pattern.sections),
    opens_at: hoursAgo(6),
    closes_at: hoursAgo(4),
    stocked_at: hoursAgo(7),
    sale_ended_at: hoursAgo(3),
    updated_at: hoursAgo(3),
  };
  await db.batchInsert(
    'drops',
    Array.from({ length: count - made }, () => over),
    200,
  );
  made = count;
  const ids: { id: number }[] = await db('drops').select('id');
  const cursors = ids.map((drop) => ({ drop_id: drop.id, partition: 0 }));
  await db('ledger_cursors').delete();
  await db.batchInsert('ledger_cursors', cursors, 500);
  await db.raw('analyze table drops, ledger_cursors');
}

/** By duty: commands to Redis, queries, and rows that these read. */
async function costOfRounds(): Promise<Record<string, { commands: number; queries: number; rows: number }>> {
  const registry = createMetrics('general');
  const hour = 3_600_000;
  const { announcer, log } = deps;
  const followed = followDrops(db, log);
  const sharing = createSeatSharing({ inventory: deps.inventory, announcer });
  const duties: Record<string, () => Promise<unknown>> = {
    stock: createStocking(deps),
    end: createEndDrops(deps),
    refund: createRefunding(deps),
    reconcile: createReconciling(
      deps,
      { everyMs: 0, abandonedAfterMs: 0, now: Date.now },
      createPaymentMetrics(registry),
    ),
    follow: createFollow(deps, registry, {
      everyMs: 0,
      settledAfterMs: 0,
      againAfterMs: 0,
      thoroughEveryMs: 0,
      driftAfterMs: 0,
    }),
    archive: createArchiving(deps),
    mailings: createMailings(deps),
    mails: async () => [
      await readBacklog(db),
      await claimRows(db, { channel: 'email', priority: 1, which: 'new' }, 10),
    ],
    // There is nothing to schedule, so the scheduler is not called.
    schedule: () => scheduleDrops({ ...deps, scheduler: {} as never, upBeforeMs: hour }),
    followDrops: () => followed.refresh(),
    sweep: createSweep({
      ...deps,
      sharing,
      metrics: createConsumerMetrics(createMetrics('consumer')),
      graceMs: 0,
      timerGraceMs: 0,
    }),
  };
  await followed.refresh();
  await followed.stop();
  // When it starts, a process looks at everything once.
  await duties['archive']!();

  let queries = 0;
  const onQuery = () => (queries += 1);
  db.on('query', onQuery);
  const sent = jest.spyOn(redis, 'sendCommand');
  const costs: Awaited<ReturnType<typeof costOfRounds>> = {};
  for (const [name, round] of Object.entries(duties)) {
    const before = await rowsRead();
    queries = 0;
    sent.mockClear();
    await round();
    const asked = { commands: sent.mock.calls.length, queries };
    costs[name] = { ...asked, rows: (await rowsRead()) - before };
  }
  sent.mockRestore();
  db.off('query', onQuery);
  return costs;
}

async function rowsRead(): Promise<number> {
  const [status] = (await db.raw("show session status like 'Handler_read%'")) as [{ Value: string }[]];
  return status.reduce((sum, { Value }) => sum + Number(Value), 0);
}

test('with a thousand of them a round asks for as much as with ten', async () => {
  await haveEnded(10);
  const withTen = await costOfRounds();
  await haveEnded(1_000);
  const withThousand = await costOfRounds();
  const asked = (costs: typeof withTen) =>
    Object.entries(costs).map(([duty, { commands, queries }]) => ({ duty, commands, queries }));
  expect(asked(withThousand)).toEqual(asked(withTen));
  // Depending on its plan, MySQL may read ten rows or a thousand, but never all.
  const read = Object.entries(withThousand).filter(([, { rows }]) => rows > 100);
  expect(read).toEqual([]);
  // The counting itself works.
  expect(withThousand['sweep']?.commands).toBe(1);
  expect(withThousand['end']?.queries).toBe(1);
});
