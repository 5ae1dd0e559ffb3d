/**
 * The relay: what Redis records of every drop goes to MySQL, for good. Every process of this tier runs it; who finds
 * a partition's cursor locked passes on to the next, so each partition has one relay at a time and never none.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import { archivePartition, type ArchiveDeps } from '../../shared/ledger/archive-partition.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Place } from '../../shared/inventory/keys.ts';

export type RelayOptions = { everyMs?: number; registry?: Registry };

/** Drops whose sale is over have little left to record (refunds); they are looked at every so many rounds. */
const restEvery = 120;

export function startArchiving(deps: ArchiveDeps, { everyMs = 500, registry }: RelayOptions = {}): Loop {
  const metrics = registry && createRelayMetrics(registry);
  let round = 0;
  return startLoop('archive ledgers', everyMs, deps.log, async () => {
    const all = round % restEvery === 0;
    round += 1;
    const lost: Place[] = [];
    const faults: unknown[] = [];
    for (const place of await partitionsToArchive(deps.db, all)) {
      try {
        const { count, isLost } = await archiveAll(deps, place);
        metrics?.records.inc(count);
        if (isLost) lost.push(place);
      } catch (error) {
        faults.push(error);
      }
    }
    metrics?.lost.set(lost.length);
    if (faults.length > 0) throw new AggregateError(faults, 'some ledgers could not be archived');
  });
}

/** Archives what a partition's ledger has in Redis now. */
async function archiveAll(deps: ArchiveDeps, place: Place): Promise<{ count: number; isLost: boolean }> {
  let count = 0;
  for (;;) {
    const done = await archivePartition(deps, place);
    if (done.kind !== 'archived') return { count, isLost: done.kind === 'lost' };
    count += done.count;
    if (!done.more) return { count, isLost: false };
  }
}

async function partitionsToArchive(db: Database, all: boolean): Promise<Place[]> {
  const query = db('ledger_cursors')
    .join('drops', 'drops.id', 'ledger_cursors.drop_id')
    .orderBy(['ledger_cursors.drop_id', 'ledger_cursors.partition'])
    .select('ledger_cursors.drop_id as dropId', 'ledger_cursors.partition as partition');
  // A minute more, for what was recorded while the sale ended.
  if (!all)
    void query.where(
      (on) =>
        void on
          .whereNull('drops.sale_ended_at')
          .orWhere('drops.sale_ended_at', '>', new Date(Date.now() - 60_000)),
    );
  return (await query) as Place[];
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
