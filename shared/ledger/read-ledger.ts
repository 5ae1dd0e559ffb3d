/** Reads a partition's ledger from the first record to the last: MySQL has the older ones, Redis the rest. */
import type { Inventory } from '../inventory/inventory.ts';
import type { Place } from '../inventory/keys.ts';
import type { Database } from '../mysql/connect.ts';
import { readPrimary, type Reader } from '../mysql/reader.ts';
import { readArchive, readLosses, type ArchivedRow, type Loss } from './archive.ts';
import type { Fields } from './record.ts';

/** The last record read. A record's number does not change when it is archived. */
export type Position = { seq: number; streamId: string | undefined };

export const beginning: Position = { seq: 0, streamId: undefined };

export type Line = {
  seq: number;
  streamId: string;
  fields: Fields;
  /** Undefined until it is archived. */
  hash?: Buffer;
};

export type LedgerSource = {
  db: Database;
  inventory: Pick<Inventory, 'ledgerEntries'>;
  /** Another source of archived records, which may lag behind `db`. */
  reader?: Pick<Reader, 'read'>;
};

export type Page = {
  lines: Line[];
  position: Position;
  /** There was nothing after `position`. */ end: boolean;
};

const defaultLimit = 500;

/**
 * The next records, without those that Redis lost after they were archived.
 * Redis is trimmed only after MySQL has the records. So records read from Redis continue `position` without a gap if
 * MySQL, asked afterwards, has none after `position`; if it has, these come first. A replica that is behind has no gaps,
 * only an earlier end: it is asked first, and only the primary can say that there are no more.
 */
export async function readOn(
  { db, inventory, reader = readPrimary(db) }: LedgerSource,
  place: Place,
  position: Position,
  { limit = defaultLimit, onRow }: { limit?: number; onRow?: (row: ArchivedRow) => void } = {},
): Promise<Page> {
  const archived = await reader.read(undefined, (replica) =>
    readArchive(replica, place, position.seq, limit),
  );
  if (archived.length > 0) return pageOf(archived, position, await readLosses(db, place), onRow);

  const after = position.streamId === undefined ? '-' : `(${position.streamId}`;
  const entries = await inventory.ledgerEntries(place, after, limit);
  const meanwhile = await readArchive(db, place, position.seq, limit);
  if (meanwhile.length > 0) return pageOf(meanwhile, position, await readLosses(db, place), onRow);

  const lines = entries.map(([streamId, fields], index) => ({
    seq: position.seq + index + 1,
    streamId,
    fields,
  }));
  const last = lines.at(-1);
  return {
    lines,
    position: last ? { seq: last.seq, streamId: last.streamId } : position,
    end: entries.length < limit,
  };
}

function pageOf(
  rows: readonly ArchivedRow[],
  position: Position,
  losses: readonly Loss[],
  onRow: (row: ArchivedRow) => void = () => {},
): Page {
  const lines: Line[] = [];
  let { seq, streamId } = position;
  for (const row of rows) {
    onRow(row);
    seq = row.seq;
    const loss = losses.find((each) => each.seq === row.seq);
    if (loss) streamId = loss.from;
    if (row.streamId === null) continue;
    streamId = row.streamId;
    if (losses.some((each) => each.after < row.seq && row.seq < each.seq)) continue;
    lines.push({ seq, streamId, fields: JSON.parse(row.record) as string[], hash: row.hash });
  }
  return { lines, position: { seq, streamId }, end: false };
}

/** The whole ledger, page by page. */
export async function* readLedger(
  source: LedgerSource,
  place: Place,
  options: { from?: Position; limit?: number; onRow?: (row: ArchivedRow) => void } = {},
): AsyncGenerator<Page> {
  let { from: position = beginning } = options;
  for (;;) {
    const page = await readOn(source, place, position, options);
    yield page;
    position = page.position;
    if (page.end) return;
  }
}
