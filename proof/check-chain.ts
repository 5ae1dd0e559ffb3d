import type { Place } from '../shared/inventory/keys.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { readArchive, readCursor, type ArchivedRow, type Cursor } from '../shared/ledger/archive.ts';
import { genesis, nextHash } from '../shared/ledger/chain.ts';
import type { Report } from './violation.ts';

/** Checks that the archive has all its records, in order, exactly as they were written. */
export class ChainCheck {
  readonly #place: Place;
  readonly #report: Report;
  #seq = 0;
  #hash: Buffer;

  constructor(place: Place, report: Report) {
    this.#place = place;
    this.#report = report;
    this.#hash = genesis(place);
  }

  get head(): { seq: number; hash: string } {
    return { seq: this.#seq, hash: this.#hash.toString('hex') };
  }

  add({ seq, streamId, kind, record, hash }: ArchivedRow): void {
    const at = { ...this.#place, seq, record: streamId };
    if (seq !== this.#seq + 1)
      this.#report('the books', `archive: records ${this.#seq + 1} to ${seq - 1} are missing`, at);
    else if (!nextHash(this.#hash, seq, streamId, record).equals(hash))
      this.#report('the books', `archive: record ${seq} is not what was written (its hash is wrong)`, {
        ...at,
        fields: record.slice(0, 500),
      });
    if (!record.startsWith(`["t","${kind}"`))
      this.#report('the books', `archive: record ${seq} is filed as ${kind}`, at);
    // A broken link is reported once: the next record is checked against the hash that this one has.
    this.#seq = seq;
    this.#hash = hash;
  }

  /** To be called after all rows. `cursor`: the end of the archive as recorded beside it. */
  finish(cursor: Cursor | undefined): void {
    if (!cursor) {
      if (this.#seq > 0) this.#report('the books', 'archive: it has no cursor', this.#place);
    } else if (cursor.seq > this.#seq) {
      const missing = `records ${this.#seq + 1} to ${cursor.seq} are missing`;
      this.#report('the books', `archive: ${missing}`, this.#place);
    } else if (cursor.seq < this.#seq || !cursor.hash.equals(this.#hash)) {
      this.#report(
        'the books',
        `archive: its end is not record ${cursor.seq} as it was written`,
        this.#place,
      );
    }
  }
}

/** Checks the rows archived meanwhile, and then that the archive ends where its cursor says. */
export async function finishChain(db: Database, place: Place, chain: ChainCheck): Promise<void> {
  for (let round = 1; ; round += 1) {
    const cursor = await readCursor(db, place);
    const rows = await readArchive(db, place, chain.head.seq, 1_000);
    for (const row of rows) chain.add(row);
    // While the archive grows, the rows may be ahead of the cursor, which was read before them.
    const grew = rows.length > 0 && round < 1_000;
    if (!grew) return chain.finish(cursor);
  }
}
