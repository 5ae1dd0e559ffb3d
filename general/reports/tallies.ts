import { LRUCache } from 'lru-cache';
import { places } from '../../shared/inventory/keys.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import {
  beginning,
  readOn,
  type LedgerSource,
  type Line,
  type Position,
} from '../../shared/ledger/read-ledger.ts';
import { decodeRecord, type LedgerRecord } from '../../shared/ledger/record.ts';
import { DropTally } from './drop-tally.ts';

type Source = { place: Place; last: Position };
type TalliedDrop = { tally: DropTally; sources: Source[]; line: Promise<void> };

type Drop = { id: number; partitions: number; capacity: number };

/** Tallies that continue where they stopped: a long ledger is read once, however often the report is read. */
export class Tallies {
  readonly #ledger: LedgerSource;
  /** A drop that was evicted is added up again from the start. */
  readonly #drops = new LRUCache<number, TalliedDrop>({ max: 50 });

  constructor(ledger: LedgerSource) {
    this.#ledger = ledger;
  }

  /** The tally up to now. Concurrent callers wait in line and find it done. */
  async tallyOf(drop: Drop): Promise<DropTally> {
    const tallied = this.#drops.get(drop.id) ?? {
      tally: new DropTally(drop.capacity),
      sources: places(drop.id, drop.partitions).map((place) => ({ place, last: beginning })),
      line: Promise.resolve(),
    };
    this.#drops.set(drop.id, tallied);
    const mine = tallied.line.then(() => this.#readOn(tallied));
    tallied.line = mine.catch(() => {});
    await mine;
    return tallied.tally;
  }

  /** A record counts as read only once it was added, so after an error the next call continues from there. */
  async #readOn({ tally, sources }: TalliedDrop): Promise<void> {
    const pages = sources.map((source) => ({
      source,
      ahead: source.last,
      records: [] as Read[],
      at: 0,
      ended: false,
    }));
    for (;;) {
      for (const page of pages) {
        while (!page.ended && page.at >= page.records.length) {
          // Records that Redis lost are skipped for good.
          page.source.last = page.ahead;
          const next = await readOn(this.#ledger, page.source.place, page.source.last);
          page.records = next.lines.map(read);
          page.ahead = next.position;
          page.at = 0;
          page.ended = next.end && next.lines.length === 0;
        }
      }
      // Takes the earliest record over all partitions.
      let next: (typeof pages)[number] | undefined;
      for (const page of pages) {
        const mine = page.records[page.at];
        if (mine && (!next || mine.record.at < next.records[next.at]!.record.at)) next = page;
      }
      if (!next) return;
      const { record, position } = next.records[next.at]!;
      tally.add(record);
      next.source.last = position;
      next.at += 1;
    }
  }
}

type Read = { record: LedgerRecord; position: Position };

function read({ seq, streamId, fields }: Line): Read {
  return { record: decodeRecord(streamId, fields), position: { seq, streamId } };
}
