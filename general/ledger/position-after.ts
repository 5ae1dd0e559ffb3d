import type { Place } from '../../shared/inventory/keys.ts';
import { readArchive, readCursor } from '../../shared/ledger/archive.ts';
import { beginning, readOn, type LedgerSource, type Position } from '../../shared/ledger/read-ledger.ts';

/** The position after the record with this number; undefined if that record does not exist (yet). */
export async function positionAfter(
  source: LedgerSource,
  place: Place,
  seq: number,
): Promise<Position | undefined> {
  if (seq === 0) return beginning;
  const [row] = await readArchive(source.db, place, seq - 1, 1);
  if (row) return row.seq === seq ? { seq, streamId: row.streamId ?? undefined } : undefined;
  // Not archived: it is this many records after the last archived one.
  const cursor = await readCursor(source.db, place);
  if (!cursor || cursor.seq >= seq) return undefined;
  const ahead = seq - cursor.seq;
  const { lines } = await readOn(
    source,
    place,
    { seq: cursor.seq, streamId: cursor.streamId },
    { limit: Math.min(ahead, 5_000) },
  );
  const line = lines.find((each) => each.seq === seq);
  return line && { seq, streamId: line.streamId };
}
