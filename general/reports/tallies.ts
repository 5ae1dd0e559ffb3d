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
import { SaleTally } from './sale-tally.ts';

/** Sales remembered; beyond it the one asked for longest ago is added up anew when it is asked for. */
const mostSales = 50;

type Source = { place: Place; last: Position };
type Sale = { tally: SaleTally; sources: Source[]; line: Promise<void> };

type Drop = { id: number; partitions: number; capacity: number };

/** Tallies that go on from where they were: a long sale's ledger is read once, however often somebody looks. */
export class Tallies {
  readonly #ledger: LedgerSource;
  readonly #sales = new Map<number, Sale>();

  constructor(ledger: LedgerSource) {
    this.#ledger = ledger;
  }

  /** The sale up to now. Those who ask at the same time wait in line and find it done. */
  async of(drop: Drop): Promise<SaleTally> {
    const sale = this.#sales.get(drop.id) ?? {
      tally: new SaleTally(drop.capacity),
      sources: places(drop.id, drop.partitions).map((place) => ({ place, last: beginning })),
      line: Promise.resolve(),
    };
    this.#sales.delete(drop.id);
    this.#sales.set(drop.id, sale);
    for (const oldest of this.#sales.keys()) {
      if (this.#sales.size <= mostSales) break;
      this.#sales.delete(oldest);
    }
    const mine = sale.line.then(() => this.#readOn(sale));
    sale.line = mine.catch(() => {});
    await mine;
    return sale.tally;
  }

  /** A record counts as read only when it was added, so after a fault the next one goes on from there. */
  async #readOn({ tally, sources }: Sale): Promise<void> {
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
          // Records that Redis had lost are passed over for good.
          page.source.last = page.ahead;
          const next = await readOn(this.#ledger, page.source.place, page.source.last);
          page.records = next.lines.map(read);
          page.ahead = next.position;
          page.at = 0;
          page.ended = next.end && next.lines.length === 0;
        }
      }
      // Of all partitions, what happened first.
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
