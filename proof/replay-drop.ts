import type { Drop } from '../shared/drops/drop.ts';
import { places } from '../shared/inventory/keys.ts';
import { ChainCheck, finishChain } from './check-chain.ts';
import {
  beginning,
  readLedger,
  readOn,
  type LedgerSource,
  type Line,
  type Position,
} from '../shared/ledger/read-ledger.ts';
import { decodeRecord } from '../shared/ledger/record.ts';
import { Replay } from './replay.ts';
import type { Report } from './violation.ts';

export type ReplayedPartition = {
  replay: Replay;
  /** The last record that was replayed. */
  position: Position;
  /** Number and hash of the last archived record: anybody who keeps them can later check that nothing was changed. */
  head: { seq: number; hash: string };
};

export type ReplayOptions = {
  /** Keeps every decided entry, to compare with what buyers were told. */
  keepDecided?: boolean;
  onPage?: (lines: readonly Line[], replay: Replay) => void;
  onPartition?: (partition: ReplayedPartition) => void;
};

/** Replays the ledgers of all partitions of a drop, from archive and Redis, and checks the hashes of the archive. */
export async function replayDrop(
  source: LedgerSource,
  drop: Drop,
  report: Report,
  options: ReplayOptions = {},
): Promise<ReplayedPartition[]> {
  const partitions: ReplayedPartition[] = [];
  for (const place of places(drop.id, drop.partitions)) {
    const replay = new Replay(drop, place, report, options);
    const chain = new ChainCheck(place, report);
    let position: Position | undefined;
    for await (const page of readLedger(source, place, { onRow: (row) => chain.add(row) })) {
      play(replay, page.lines, report);
      options.onPage?.(page.lines, replay);
      position = page.position;
    }
    await finishChain(source.db, place, chain);
    const partition = { replay, position: position ?? beginning, head: chain.head };
    partitions.push(partition);
    options.onPartition?.(partition);
  }
  return partitions;
}

/** Replays what was recorded since. Returns the number of records. */
export async function replayOn(
  source: LedgerSource,
  partition: ReplayedPartition,
  report: Report,
): Promise<number> {
  const page = await readOn(source, partition.replay.place, partition.position);
  play(partition.replay, page.lines, report);
  partition.position = page.position;
  return page.lines.length;
}

/** Checks that are possible only after the last record. */
export function finishReplay(partitions: readonly ReplayedPartition[], report: Report): Replay[] {
  const replays = partitions.map(({ replay }) => replay);
  for (const replay of replays) replay.finish();
  checkTransfers(replays, report);
  return replays;
}

function play(replay: Replay, lines: readonly Line[], report: Report): void {
  for (const { streamId, fields, seq } of lines) {
    let record;
    try {
      record = decodeRecord(streamId, fields);
    } catch (error) {
      report('the books', (error as Error).message, { ...replay.place, seq, record: streamId, fields });
      continue;
    }
    replay.apply(record);
  }
}

/** Checks that all seats lent by one partition arrive in another one, once. */
function checkTransfers(replays: readonly Replay[], report: Report): void {
  const lent = new Map(replays.flatMap((replay) => replay.lent).map((each) => [each.transfer, each]));
  for (const { transfer, seats } of replays.flatMap((replay) => replay.borrowed)) {
    const sent = lent.get(transfer);
    if (sent?.seats.join() !== seats.join()) {
      report('2 seats add up', `transfer ${transfer} brought other seats than were sent`, { sent, seats });
    }
    lent.delete(transfer);
  }
  for (const onTheWay of lent.values()) {
    report('2 seats add up', `transfer ${onTheWay.transfer} never arrived`, onTheWay);
  }
}
