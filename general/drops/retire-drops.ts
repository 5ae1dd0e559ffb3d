/**
 * Frees the memory in Redis: once a drop has ended and its ledger is archived to the last record, all keys of its
 * partitions are deleted except what a late batch needs (retire.lua). From then on its buyers and seats are read from
 * MySQL. After a crash the next round continues: each step is safe to repeat and reports whether it was already done.
 */
import { loadDrop } from '../../shared/drops/drop.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { archiveAll } from '../../shared/ledger/archive-partition.ts';
import { readCursor } from '../../shared/ledger/archive.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round, type Worked, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import { closeStandby, type CloseDeps } from './close-drops.ts';

export function startRetiring(deps: CloseDeps, everyMs = 2_000): Loop {
  return startLoop('retire drops', everyMs, deps.log, createRetireDrops(deps));
}

type Ended = { id: number; partitions: number };

function createRetireDrops(deps: CloseDeps, times: Partial<WorkOffTimes> = {}): Round {
  return createWorkOff<Ended>({
    name: 'retire drops',
    log: deps.log,
    ...times,
    page: (after, limit) =>
      deps
        .db('drops')
        .whereNull('retired_at')
        .whereNotNull('sale_ended_at')
        .whereNotNull('stocked_at')
        .where('id', '>', after?.id ?? 0)
        .orderBy('id')
        .limit(limit)
        .select('id', 'partitions'),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => deps.inventory.nodesOf(places(id, partitions)),
    work: ({ id }) => retireDrop(deps, id),
  });
}

export async function retireDrop(deps: CloseDeps, id: number): Promise<Worked> {
  const { db, inventory, log } = deps;
  const drop = await loadDrop(db, id);
  if (!drop) return 'done';
  // A previous version of this software may have ended the drop without telling Redis, and batches may have been
  // decided since.
  if (!drop.cancelled) await closeStandby(deps, drop);
  const all = places(id, drop.partitions);
  for (const place of all) {
    if ((await inventory.end(place)) !== 'busy') continue;
    log.warn(place, 'a drop that has ended still has holds: it is open again until they end');
    await inventory.beginDrop(drop);
    await db('drops').where({ id }).update({ sale_ended_at: null });
    return 'done';
  }
  for (const place of all) if ((await retirePartition(deps, place)) === 'later') return 'later';
  // Not if the drop was reopened meanwhile.
  await db('drops').where({ id }).whereNotNull('sale_ended_at').update({ retired_at: new Date() });
  return 'done';
}

async function retirePartition(
  deps: { inventory: Inventory } & Pick<CloseDeps, 'db' | 'log'>,
  place: Place,
): Promise<Worked> {
  const { isLost } = await archiveAll(deps, place);
  const cursor = await readCursor(deps.db, place);
  const done = isLost ? 'not_stocked' : await deps.inventory.retire(place, cursor?.streamId ?? '');
  // There is no memory to free, and a rebuild needs nothing from here.
  if (done === 'not_stocked') deps.log.warn(place, 'Redis has lost a drop that has ended');
  return done === 'retired' || done === 'not_stocked' ? 'done' : 'later';
}
