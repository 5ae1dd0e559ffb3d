/** Checks whether the rules of docs/invariants.md held for a drop up to now, by its ledger, Redis and MySQL. */
import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { checkLiveHolds } from './live-holds.ts';
import { checkOrders } from './orders.ts';
import { checkRedisAgrees } from './redis-agrees.ts';
import { finishReplay, replayDrop, replayOn, type ReplayedPartition } from './replay-drop.ts';
import { createReport, type Report } from './violation.ts';

export type Verified = {
  records: number;
  archived: number;
  entries: number;
  heads: { partition: number; seq: number; hash: string }[];
  /** Batch numbers of publishers that were never decided. */
  missingBatches: number;
  /** Findings that are no violations. */
  notes: string[];
};

type Progress = (progress: { partition: number; records: number; entries: number }) => void;

/** How often to compare with Redis until nothing is recorded meanwhile. */
const maxComparisons = 30;

export async function verifyDrop(
  { db, inventory }: { db: Database; inventory: Inventory },
  drop: Drop,
  report: Report,
  onProgress: Progress = () => {},
): Promise<Verified> {
  const source = { db, inventory };
  let records = 0;
  let entries = 0;
  const partitions = await replayDrop(source, drop, report, {
    keepDecided: false,
    onPage(lines, { place, decidedCount }) {
      records += lines.length;
      onProgress({ partition: place.partition, records, entries: entries + decidedCount });
    },
    onPartition: ({ replay }) => void (entries += replay.decidedCount),
  });
  const notes: string[] = [];
  if (records === 0) notes.push('nothing has been recorded of this drop yet');
  else await compareWithRedis();

  async function compareWithRedis(): Promise<void> {
    for (let comparison = 1; comparison <= maxComparisons; comparison += 1) {
      records += await readOnAll();
      const { violations, report: note } = createReport();
      const replays = partitions.map(({ replay }) => replay);
      await checkRedisAgrees(inventory, drop, replays, note);
      await checkLiveHolds(inventory, replays, Date.now(), note);
      const more = await readOnAll();
      records += more;
      if (more > 0) continue;
      for (const { rule, what, record } of violations) report(rule, what, record);
      return;
    }
    notes.push('Redis was not compared with its ledger, since records kept coming in');
  }

  async function readOnAll(): Promise<number> {
    let count = 0;
    for (const partition of partitions) {
      for (let read = 1; read > 0; count += read) read = await replayOn(source, partition, report);
    }
    return count;
  }

  const replays = finishReplay(partitions, report);
  // MySQL has an order before Redis marks its seats as sold, so MySQL is asked last.
  await checkOrders(db, drop, replays, report);
  const missingBatches = replays.reduce((sum, replay) => sum + replay.missing, 0);
  if (missingBatches > 0)
    notes.push(
      `${missingBatches} batch numbers are missing: the broker never confirmed these batches, or they are parked`,
    );
  return {
    records,
    archived: partitions.reduce((sum, { head }) => sum + head.seq, 0),
    entries: replays.reduce((sum, { decidedCount }) => sum + decidedCount, 0),
    heads: partitions.map(headOf),
    missingBatches,
    notes,
  };
}

function headOf({ replay, head }: ReplayedPartition) {
  return { partition: replay.place.partition, ...head };
}
