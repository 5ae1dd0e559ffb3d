import { places, type Inventory } from '../../shared/inventory/inventory.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { LedgerRecord } from '../../shared/inventory/ledger.ts';
import { SaleTally } from './sale-tally.ts';

/** Sales remembered; beyond it the one asked for longest ago is added up anew when it is asked for. */
const mostSales = 50;

type Source = { place: Place; last: string | undefined };
type Sale = { tally: SaleTally; sources: Source[]; line: Promise<void> };

type Drop = { id: number; partitions: number; capacity: number };

/** Tallies that go on from where they were: a long sale's ledger is read once, however often somebody looks. */
export class Tallies {
  readonly #inventory: Pick<Inventory, 'ledger'>;
  readonly #sales = new Map<number, Sale>();

  constructor(inventory: Pick<Inventory, 'ledger'>) {
    this.#inventory = inventory;
  }

  /** The sale up to now. Those who ask at the same time wait in line and find it done. */
  async of(drop: Drop): Promise<SaleTally> {
    const sale = this.#sales.get(drop.id) ?? {
      tally: new SaleTally(drop.capacity),
      sources: places(drop.id, drop.partitions).map((place) => ({ place, last: undefined })),
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
    const pages = sources.map((source) => ({ source, records: [] as LedgerRecord[], at: 0, ended: false }));
    for (;;) {
      for (const page of pages) {
        if (page.ended || page.at < page.records.length) continue;
        page.records = await this.#inventory.ledger(page.source.place, page.source.last);
        page.at = 0;
        page.ended = page.records.length === 0;
      }
      // Of all partitions, what happened first.
      let next: (typeof pages)[number] | undefined;
      for (const page of pages) {
        if (!page.ended && (!next || page.records[page.at]!.at < next.records[next.at]!.at)) next = page;
      }
      if (!next) return;
      const record = next.records[next.at]!;
      tally.add(record);
      next.source.last = record.id;
      next.at += 1;
    }
  }
}
