/**
 * Rebuilds a drop that Redis has lost: its state is computed from the archived ledger, updated with what MySQL has
 * beyond it (orders, payments under way), and loaded into Redis. The ledger continues: a record says that the partition
 * was restored, and what MySQL added follows as records of the usual kinds.
 */
import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { Log } from '../shared/tier/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { archivePartition } from '../shared/ledger/archive-partition.ts';
import { readCursor } from '../shared/ledger/archive.ts';
import { Catching } from './catch-up-with-mysql.ts';
import { StateKeeper } from './partition-state.ts';
import { readLedger } from '../shared/ledger/read-ledger.ts';
import { decodeRecord, fieldsOf } from '../shared/ledger/record.ts';
import { Replay } from './replay.ts';
import { createReport } from './violation.ts';

export type RebuildDeps = { db: Database; inventory: Inventory; log: Log };

export type Rebuilt =
  /** Redis has the drop; nothing was done. */
  | { kind: 'present' }
  /** The drop was never put on sale, or never archived. */
  | { kind: 'nothing_to_go_by' }
  | { kind: 'rebuilt'; partitions: RebuiltPartition[]; notRestored: string[] };

export type RebuiltPartition = {
  partition: number;
  /** The last archived record; `at` in milliseconds since 1970. */
  upTo: { seq: number; at: number };
  free: number;
  held: number;
  paying: number;
  sold: number;
  standby: number;
};

type Known = { place: Place; replay: Replay; keeper: StateKeeper; present: boolean };

export async function rebuildDrop(deps: RebuildDeps, drop: Drop, { force = false } = {}): Promise<Rebuilt> {
  const { inventory } = deps;
  const counts = await inventory.partitionCounts(drop);
  if (!counts.includes(undefined) && !force) return { kind: 'present' };
  const partitions: RebuiltPartition[] = [];
  const notRestored: string[] = [];
  for (const place of places(drop.id, drop.partitions)) {
    if (counts[place.partition] && !force) continue;
    const rebuilt = await rebuildPartition(deps, drop, place, notRestored);
    if (rebuilt) partitions.push(rebuilt);
    else return { kind: 'nothing_to_go_by' };
  }
  // A drop that is over needs no sweeper; its memory in Redis is freed again.
  const isOver = (
    await Promise.all(places(drop.id, drop.partitions).map((place) => inventory.look(place)))
  ).every((look) => look?.status === 'over' || look?.status === 'retired');
  if (isOver) await deps.db('drops').where({ id: drop.id }).update({ retired_at: null });
  // closesAt may have changed since the last archived record.
  else if ((await inventory.stock(drop, { again: true })) === 'closed') await inventory.beginDrop(drop);
  return { kind: 'rebuilt', partitions, notRestored };
}

/** Attempts to replace an existing partition; one fails if something is recorded meanwhile. */
const maxAttempts = 20;

async function rebuildPartition(
  deps: RebuildDeps,
  drop: Drop,
  place: Place,
  notRestored: string[],
): Promise<RebuiltPartition | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    // Keeps the records that Redis still has.
    await archiveRest(deps, place);
    const cursor = await readCursor(deps.db, place);
    if (!cursor || cursor.streamId === undefined) return undefined;
    const known = await Promise.all(
      places(drop.id, drop.partitions).map((each) => playArchive(deps, drop, each)),
    );
    const own = known[place.partition]!;
    const before = standing(own.replay);
    const catching = new Catching(drop, own);
    await catching.transfers(deps.inventory, known);
    await catching.payments(deps.db);
    const { free, held, paying, sold, standby } = before;
    const restore = {
      t: 'restore',
      f: cursor.streamId,
      free,
      taken: held + paying,
      sold,
      standby,
      added: catching.records.length,
    };
    const done = await deps.inventory.restore(
      place,
      { ...own.keeper.state(drop, own.replay), ...catching.underWay },
      {
        upTo: cursor.streamId,
        replace: own.present,
        records: [Object.entries(restore).flat().map(String), ...catching.records],
      },
    );
    if (done === 'moved' && attempt < maxAttempts) continue;
    if (done !== 'restored')
      throw new Error(`partition ${place.partition} is in use (${done}): pause the drop, then try again`);
    const at = Number.parseInt(cursor.streamId, 10);
    notRestored.push(...catching.notRestored);
    return { partition: place.partition, upTo: { seq: cursor.seq, at }, ...standing(own.replay) };
  }
}

async function archiveRest(deps: RebuildDeps, place: Place): Promise<void> {
  for (;;) {
    const done = await archivePartition(deps, place);
    if (done.kind === 'archived' && done.more) continue;
    return;
  }
}

async function playArchive({ db, inventory }: RebuildDeps, drop: Drop, place: Place): Promise<Known> {
  // Violations are ignored here: verify-ledger reports them.
  const replay = new Replay(drop, place, createReport().report, { keepDecided: false });
  const keeper = new StateKeeper();
  const counts = await inventory.partitionCounts(drop);
  const present = counts[place.partition] !== undefined;
  for await (const { lines } of readLedger({ db, inventory }, place)) {
    for (const { streamId, fields } of lines) {
      const record = decodeRecord(streamId, fields);
      replay.apply(record);
      keeper.add(record, fieldsOf(fields).get('r') ?? '');
    }
  }
  return { place, replay, keeper, present };
}

function standing(replay: Replay) {
  return {
    free: replay.free,
    held: replay.seatsIn('held'),
    paying: replay.seatsIn('paying'),
    sold: replay.sold,
    standby: replay.standby.size,
  };
}
