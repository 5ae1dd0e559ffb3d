/** The records that a buyer is in: those archived are found by an index, the few that are not are looked through. */
import type { Place } from '../inventory/keys.ts';
import { readCursor } from './archive.ts';
import { beginning, readOn, type LedgerSource, type Line } from './read-ledger.ts';
import { buyersOf } from './record.ts';

/** Records in Redis that are looked through. The relay is a second behind; if it hangs, the rest is told later. */
const mostUnarchived = 2_000;

/** What `allOwnLines` reads at a time. */
const portion = 200;

export async function ownLines(
  source: LedgerSource,
  place: Place,
  buyerId: number,
  after: number,
  limit: number,
): Promise<Line[]> {
  const { dropId, partition } = place;
  // Before the rows: what is archived from here on is in the tail, which goes on from the cursor.
  const cursor = await readCursor(source.db, place);
  const rows: { seq: number; stream_id: string; record: string; hash: Buffer }[] = await source
    .db('ledger_buyers as own')
    .join('ledger', function of() {
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
  const { lines: tail } = await readOn(source, place, position, { limit: mostUnarchived });
  // What was archived between the two looks may be among the rows as well.
  const last = lines.at(-1)?.seq ?? after;
  const own = tail.filter(({ seq, fields }) => seq > last && buyersOf(fields).includes(buyerId));
  return [...lines, ...own].slice(0, limit);
}

/** All of them. */
export async function allOwnLines(source: LedgerSource, place: Place, buyerId: number): Promise<Line[]> {
  const all: Line[] = [];
  for (;;) {
    const lines = await ownLines(source, place, buyerId, all.at(-1)?.seq ?? 0, portion);
    all.push(...lines);
    if (lines.length < portion) return all;
  }
}
