/** The ledger records that concern a buyer: archived ones are found by an index, the few others by reading them all. */
import type { Place } from '../inventory/keys.ts';
import { readCursor } from './archive.ts';
import { beginning, readOn, type LedgerSource, type Line } from './read-ledger.ts';
import { buyersOf } from './record.ts';

/** Records in Redis that are read. Archiving is a second behind; if it hangs, the rest is shown once it goes on. */
const maxUnarchived = 2_000;

/** Records that `allOwnLines` reads at a time. */
const portion = 200;

export async function ownLines(
  source: LedgerSource,
  place: Place,
  buyerId: number,
  after: number,
  limit: number,
): Promise<Line[]> {
  const { dropId, partition } = place;
  // Read before the rows: records archived after this are in the tail, which starts at the cursor.
  const cursor = await readCursor(source.db, place);
  const rows: { seq: number; stream_id: string; record: string; hash: Buffer }[] = await source
    .db('ledger_buyers as own')
    .join('ledger', function on() {
      void this.on('ledger.drop_id', 'own.drop_id')
        .andOn('ledger.partition', 'own.partition')
        .andOn('ledger.seq', 'own.seq');
    })
    .where({ 'own.drop_id': dropId, 'own.partition': partition, 'own.user_id': buyerId })
    .where('own.seq', '>', after)
    .orderBy('own.seq')
    .limit(limit)
    .select('ledger.seq', 'ledger.stream_id', 'ledger.record', 'ledger.hash');
  const lines = rows.map(({ seq, stream_id, record, hash }) => ({
    seq,
    streamId: stream_id,
    fields: JSON.parse(record) as string[],
    hash,
  }));
  if (lines.length === limit) return lines;

  const position = cursor ? { seq: cursor.seq, streamId: cursor.streamId } : beginning;
  const { lines: tail } = await readOn(source, place, position, { limit: maxUnarchived });
  // Records archived between the two reads may be among the rows as well.
  const last = lines.at(-1)?.seq ?? after;
  const own = tail.filter(({ seq, fields }) => seq > last && buyersOf(fields).includes(buyerId));
  return [...lines, ...own].slice(0, limit);
}

/** All ledger records that concern a buyer. */
export async function allOwnLines(source: LedgerSource, place: Place, buyerId: number): Promise<Line[]> {
  const all: Line[] = [];
  for (;;) {
    const lines = await ownLines(source, place, buyerId, all.at(-1)?.seq ?? 0, portion);
    all.push(...lines);
    if (lines.length < portion) return all;
  }
}
