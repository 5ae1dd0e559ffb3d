/**
 * Copies the ledger of every drop from Redis to MySQL for good. Every process of this tier runs this relay; one that
 * finds a partition's cursor locked goes on to the next, so that each partition has exactly one relay at a time.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import { archiveAll, type ArchiveDeps } from '../../shared/ledger/archive-partition.ts';
import { inTime } from '../../shared/tier/in-time.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { notePromotions } from '../notifications/note-promotions.ts';
import { placeName, type Place } from '../../shared/inventory/keys.ts';
import { following } from '../http/cursor.ts';
import { createWorkOff, inMemory, together, type Round, type WorkOff } from '../../shared/tier/work-off.ts';

export type RelayOptions = { everyMs?: number; registry?: Registry };

type RelayDeps = ArchiveDeps & {
  inventory: Pick<Inventory, 'lastRecords' | 'nodesOf' | 'late' | 'settleLate'>;
};

/** How long Redis may take to answer while a cursor is locked. */
const redisTimeoutMs = 5_000;

/** A partition and the id of its last archived record. */
type Relayed = Place & { streamId: string | null };

export function startArchiving(deps: RelayDeps, options: RelayOptions = {}): Loop {
  const { everyMs = 500 } = options;
  return startLoop('archive ledgers', everyMs, deps.log, createArchiving(deps, options));
}

export function createArchiving(deps: RelayDeps, { registry }: RelayOptions = {}): Round {
  const { db, inventory, log } = deps;
  const metrics = registry && createRelayMetrics(registry);
  const patient = patientDeps({ db, inventory, log });
  const common = {
    log,
    keyOf: placeName,
    laneOf: (place: Place) => inventory.nodesOf([place]),
    longestPauseMs: 10_000,
  };
  let isFirst = true;
  let waiting: Relayed[] = [];
  let listed = new Set<string>();
  const lost = new Set<string>();

  // Costs one command for each partition without new records.
  const look = (name: string, page: WorkOff<Relayed>['page']): Round =>
    createWorkOff<Relayed>({
      ...common,
      name,
      async page(after, limit) {
        const places = await page(after, limit);
        for (const place of places) listed.add(placeName(place));
        return places;
      },
      atOnce: 64,
      async work(place) {
        const [last, another] = await inventory.lastRecords(place);
        if (last !== (place.streamId ?? undefined) || another !== undefined) waiting.push(place);
        return 'done';
      },
    });
  const lookAll = look('look at all ledgers', (after, limit) =>
    cursors(db, after, limit, (on) => void on.whereNull('drops.retired_at')),
  );
  const lookAtLive = look('look at ledgers', (after, limit) =>
    // One more minute, for records written while the drop ended.
    cursors(db, after, limit, (on) => {
      void on
        .whereNull('drops.sale_ended_at')
        .orWhere('drops.sale_ended_at', '>', new Date(Date.now() - 60_000));
    }),
  );
  // The only records after that are of refunded seats that become free again.
  const lookAtRefunded = look('look at ledgers with refunds', async (after, limit) => {
    const ids = await refundedLately(db);
    if (ids.length === 0) return [];
    return cursors(db, after, limit, (on) => {
      void on.whereIn('drops.id', ids).whereNotNull('drops.sale_ended_at');
    });
  });
  // And of batches that arrive late; those mark their drop as late in Redis.
  let late: { dropId: number; mark: string }[] = [];
  const isLate = (drops: readonly { dropId: number }[]) => (on: ReturnType<Database['queryBuilder']>) => {
    const ids = drops.map(({ dropId }) => dropId);
    void on.whereIn('drops.id', ids);
  };
  const lookAtLate = look('look at ledgers of drops that are over', async (after, limit) =>
    late.length === 0 ? [] : cursors(db, after, limit, isLate(late)),
  );
  const settleLate = async (each: { dropId: number; mark: string }): Promise<void> => {
    for (const place of await cursors(db, undefined, 10_000, isLate([each]))) {
      const [last] = await inventory.lastRecords(place);
      if (last !== (place.streamId ?? undefined)) return;
    }
    await inventory.settleLate(each.dropId, each.mark);
  };
  const archive = createWorkOff<Relayed>({
    ...common,
    name: 'archive ledgers',
    page: inMemory(() => waiting),
    // Each partition in work occupies a MySQL connection.
    atOnce: 1,
    patienceMs: redisTimeoutMs,
    async work(place) {
      const { count, isLost } = await archiveAll(patient, place);
      metrics?.records.inc(count);
      if (isLost) lost.add(placeName(place));
      else lost.delete(placeName(place));
      return isLost ? 'later' : 'done';
    },
  });

  return async (stopping) => {
    waiting = [];
    listed = new Set();
    late = await inTime(inventory.late(), redisTimeoutMs).catch((error: unknown) => {
      log.warn({ err: error }, 'records of late batches are archived in a later round');
      return [];
    });
    // The first round looks at all ledgers, for records written while no process of this tier ran.
    await (isFirst ? lookAll(stopping) : together(lookAtLive, lookAtRefunded, lookAtLate)(stopping));
    isFirst = false;
    await archive(stopping);
    for (const each of late) await inTime(settleLate(each), redisTimeoutMs).catch(() => {});
    for (const name of lost) if (!listed.has(name)) lost.delete(name);
    metrics?.lost.set(lost.size);
  };
}

/** Redis must answer in time while a cursor is locked. Buyers who were promoted are told in the same transaction. */
function patientDeps({ db, inventory, log }: ArchiveDeps): ArchiveDeps {
  return {
    db,
    log,
    onArchived: notePromotions,
    inventory: {
      ledgerEntries: (...asked) => inTime(inventory.ledgerEntries(...asked), redisTimeoutMs),
      trimLedger: (...asked) => inTime(inventory.trimLedger(...asked), redisTimeoutMs),
    },
  };
}

async function cursors(
  db: Database,
  after: Place | undefined,
  limit: number,
  which?: (on: ReturnType<Database['queryBuilder']>) => void,
): Promise<Relayed[]> {
  const query = db('ledger_cursors as c')
    .join('drops', 'drops.id', 'c.drop_id')
    .orderBy(['c.drop_id', 'c.partition'])
    .limit(limit)
    .select('c.drop_id as dropId', 'c.partition as partition', 'c.stream_id as streamId');
  if (which) void query.where(which);
  if (after) following('asc', { 'c.drop_id': after.dropId, 'c.partition': after.partition })(query);
  return (await query) as Relayed[];
}

async function refundedLately(db: Database): Promise<number[]> {
  const rows: { drop_id: number }[] = await db('orders')
    .where({ status: 'refunded' })
    .where('reopened_at', '>', new Date(Date.now() - 600_000))
    .distinct('drop_id');
  return rows.map(({ drop_id }) => drop_id);
}

function createRelayMetrics(registry: Registry) {
  const registers = [registry];
  return {
    records: new Counter({
      name: 'seatdrop_ledger_archived_total',
      help: 'Ledger records archived',
      registers,
    }),
    lost: new Gauge({
      name: 'seatdrop_ledger_lost',
      help: 'Partitions whose ledger in Redis does not go on from what is archived: rebuild them',
      registers,
    }),
  };
}
