/**
 * The ledger in MySQL: rows that are only ever added, and for each partition a cursor at the last one. Adding rows
 * requires a lock on the cursor's row, so only one process at a time adds rows to a partition.
 */
import type { Knex } from 'knex';
import { places } from '../inventory/keys.ts';
import type { Place } from '../inventory/keys.ts';
import type { Database } from '../mysql/connect.ts';
import { genesis, nextHash } from './chain.ts';
import { buyersOf, type Fields } from './record.ts';

/** The last record archived; `seq` 0 and no `streamId` before the first. */
export type Cursor = { place: Place; seq: number; streamId: string | undefined; hash: Buffer };

export type ArchivedRow = {
  seq: number;
  streamId: string | null;
  kind: string;
  /** JSON of the fields, exactly as hashed. */
  record: string;
  hash: Buffer;
};

/** Archived records that Redis then lost with a node, those after `after` and before `seq`: they do not count. */
export type Loss = { after: number; seq: number; from: string };

export type NewRecord = { streamId: string | null; fields: Fields };

type CursorRow = {
  drop_id: number;
  partition: number;
  seq: number;
  stream_id: string | null;
  hash: Buffer | null;
};
type Row = { seq: number; stream_id: string | null; kind: string; record: string; hash: Buffer };

const columnsOf = ({ dropId, partition }: Place) => ({ drop_id: dropId, partition });

/** Begins the archive of a drop's partitions, in the transaction that stocks it. False if it was begun before. */
export async function beginArchive(db: Database, drop: { id: number; partitions: number }): Promise<boolean> {
  const rows = places(drop.id, drop.partitions).map(columnsOf);
  if (await wasStocked(db, drop.id)) return false;
  await db('ledger_cursors').insert(rows);
  return true;
}

/** Whether a drop has ever been in Redis. */
export async function wasStocked(db: Database, dropId: number): Promise<boolean> {
  const known: unknown = await db('ledger_cursors').where({ drop_id: dropId }).first('drop_id');
  return known !== undefined;
}

export async function readCursor(db: Database, place: Place): Promise<Cursor | undefined> {
  return toCursor(await db<CursorRow>('ledger_cursors').where(columnsOf(place)).first());
}

/** Locks the cursor. Undefined if there is none, or if another process has locked it. */
export async function lockCursor(trx: Knex.Transaction, place: Place): Promise<Cursor | undefined> {
  return toCursor(
    await trx<CursorRow>('ledger_cursors').where(columnsOf(place)).forUpdate().skipLocked().first(),
  );
}

function toCursor(row: CursorRow | undefined): Cursor | undefined {
  if (!row) return undefined;
  const place = { dropId: row.drop_id, partition: row.partition };
  return {
    place,
    seq: row.seq,
    streamId: row.stream_id ?? undefined,
    hash: row.hash ?? genesis(place),
  };
}

/** Rows in one insert. */
const portion = 5_000;

/** Adds records after the cursor, which must be locked. Returns the new cursor. */
export async function append(
  trx: Knex.Transaction,
  cursor: Cursor,
  records: readonly NewRecord[],
): Promise<Cursor> {
  let { seq, hash, streamId } = cursor;
  const rows: Row[] = [];
  const buyers: string[] = [];
  const { dropId, partition } = cursor.place;
  for (const { streamId: id, fields } of records) {
    const record = JSON.stringify(fields);
    seq += 1;
    hash = nextHash(hash, seq, id, record);
    if (id !== null) streamId = id;
    rows.push({ seq, stream_id: id, kind: fields[fields.indexOf('t') + 1] ?? '', record, hash });
    for (const buyerId of buyersOf(fields)) buyers.push(`(${dropId},${buyerId},${partition},${seq})`);
  }
  await trx('ledger').insert(rows.map((row) => ({ ...columnsOf(cursor.place), ...row })));
  // Written into the statement, since they are numbers only: a binding for each would block the event loop.
  for (let at = 0; at < buyers.length; at += portion) {
    const values = buyers.slice(at, at + portion).join(',');
    await trx.raw(`insert ignore into ledger_buyers (drop_id, user_id, \`partition\`, seq) values ${values}`);
  }
  await moveCursor(trx, { ...cursor, seq, hash, streamId });
  return { ...cursor, seq, hash, streamId };
}

/** Records that Redis lost the records archived after `kept`, and moves the cursor so that archiving continues there. */
export async function appendLoss(
  trx: Knex.Transaction,
  cursor: Cursor,
  kept: { seq: number; streamId: string },
): Promise<Cursor> {
  const fields = ['t', 'lost', 'f', kept.streamId, 'n', String(kept.seq)];
  const after = await append(trx, cursor, [{ streamId: null, fields }]);
  const moved = { ...after, streamId: kept.streamId };
  await moveCursor(trx, moved);
  return moved;
}

async function moveCursor(trx: Knex.Transaction, { place, seq, hash, streamId }: Cursor): Promise<void> {
  await trx('ledger_cursors')
    .where(columnsOf(place))
    .update({ seq, hash, stream_id: streamId ?? null });
}

/** The next rows after the one numbered `after`. */
export async function readArchive(
  db: Database,
  place: Place,
  after: number,
  limit: number,
): Promise<ArchivedRow[]> {
  const rows = await db<Row>('ledger')
    .where(columnsOf(place))
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .select('seq', 'stream_id', 'kind', 'record', 'hash');
  return rows.map(({ stream_id, ...row }) => ({ ...row, streamId: stream_id }));
}

export async function readLosses(db: Database, { dropId, partition }: Place): Promise<Loss[]> {
  const rows: { seq: number; record: string; partition: number }[] = await db('ledger')
    .where({ drop_id: dropId, kind: 'lost' })
    .orderBy('seq')
    .select('seq', 'record', 'partition');
  return rows
    .filter((row) => row.partition === partition)
    .map(({ seq, record }) => {
      const [, , , from = '', , after = ''] = JSON.parse(record) as string[];
      return { seq, from, after: Number(after) };
    });
}

/** The row of a record, if it is archived. */
export async function findArchived(
  db: Database,
  place: Place,
  streamIds: readonly string[],
): Promise<{ seq: number; streamId: string }[]> {
  const rows: { seq: number; stream_id: string }[] = await db('ledger')
    .where(columnsOf(place))
    .whereIn('stream_id', streamIds)
    .select('seq', 'stream_id');
  return rows.map(({ seq, stream_id }) => ({ seq, streamId: stream_id }));
}
