/**
 * Moves a partition's ledger from Redis to MySQL: writes rows and cursor in one transaction, and only then deletes the
 * records from Redis. If the process is killed before the commit, nothing has happened; if after it, the next round
 * sees the cursor and deletes them. The last archived record stays in Redis: it shows that no record is missing between
 * it and the next one.
 */
import type { Inventory } from '../inventory/inventory.ts';
import type { Place } from '../inventory/keys.ts';
import type { Log } from '../tier/log.ts';
import { transact, type Database } from '../mysql/connect.ts';
import { append, appendLoss, findArchived, lockCursor, type Cursor, type NewRecord } from './archive.ts';
import { fieldsOf, type Fields } from './record.ts';

export type ArchiveDeps = {
  db: Database;
  inventory: Pick<Inventory, 'ledgerEntries' | 'trimLedger'>;
  log: Log;
  /** Called with the records in the transaction that archives them: once for each record, whatever crashes. */
  onArchived?: (trx: Database, place: Place, records: readonly NewRecord[]) => Promise<void>;
};

export type Archived =
  /** `more`: there is more to archive. */
  | { kind: 'archived'; count: number; more: boolean }
  /** The ledger in Redis does not continue the archived one. */
  | { kind: 'lost' }
  | { kind: 'somebody_else' };

/** Records in one transaction; a single one may have hundreds of entries. */
const portion = 200;

export async function archivePartition(
  { db, inventory, log, onArchived }: ArchiveDeps,
  place: Place,
  limit: number = portion,
): Promise<Archived> {
  const done = await transact(db, async (trx): Promise<Archived & { upTo?: string | undefined }> => {
    let cursor = await lockCursor(trx, place);
    if (!cursor) return { kind: 'somebody_else' };
    let entries = await following(inventory, cursor, limit);
    if (!entries) {
      const kept = await lastKept({ db: trx, inventory }, cursor);
      if (!kept) return { kind: 'lost' };
      log.warn({ ...place, kept, archived: cursor }, 'Redis has lost records that were archived');
      cursor = await appendLoss(trx, cursor, kept);
      entries = (await following(inventory, cursor, limit)) ?? [];
    }
    if (entries.length > 0) {
      const records = entries.map(([streamId, fields]) => ({ streamId, fields }));
      cursor = await append(trx, cursor, records);
      await onArchived?.(trx, place, records);
    }
    return {
      kind: 'archived',
      count: entries.length,
      more: entries.length === limit,
      upTo: cursor.streamId,
    };
  });
  if (done.kind !== 'archived') return done;
  const { upTo, ...result } = done;
  if (upTo !== undefined) await inventory.trimLedger(place, upTo);
  return result;
}

/** Archives all records that a partition's ledger has in Redis now. */
export async function archiveAll(
  deps: ArchiveDeps,
  place: Place,
): Promise<{ count: number; isLost: boolean }> {
  let count = 0;
  for (;;) {
    const done = await archivePartition(deps, place);
    if (done.kind !== 'archived') return { count, isLost: done.kind === 'lost' };
    count += done.count;
    if (!done.more) return { count, isLost: false };
  }
}

type Entry = [id: string, fields: Fields];

/** The records in Redis after the cursor; undefined if they do not continue from it. */
async function following(
  inventory: ArchiveDeps['inventory'],
  { place, streamId }: Cursor,
  limit: number,
): Promise<Entry[] | undefined> {
  if (streamId === undefined) return inventory.ledgerEntries(place, '-', limit);
  const [first, ...rest] = await inventory.ledgerEntries(place, streamId, limit + 1);
  if (first?.[0] === streamId) return rest;
  // A restored partition has a new stream, whose first record names the one that it continues from.
  if (first && isRestoredFrom(first[1], streamId)) return [first, ...rest].slice(0, limit);
  return undefined;
}

function isRestoredFrom(fields: Fields, streamId: string): boolean {
  const named = fieldsOf(fields);
  return named.get('t') === 'restore' && named.get('f') === streamId;
}

/**
 * The last archived record that Redis still has after a replica that lacked the latest ones took over. Undefined if
 * Redis has none of the archived records, so that this cannot be determined.
 */
async function lastKept(
  { db, inventory }: Pick<ArchiveDeps, 'db' | 'inventory'>,
  { place }: Cursor,
): Promise<{ seq: number; streamId: string } | undefined> {
  const oldest = await inventory.ledgerEntries(place, '-', 5_000);
  const known = await findArchived(
    db,
    place,
    oldest.map(([id]) => id),
  );
  const seqs = new Map(known.map(({ streamId, seq }) => [streamId, seq]));
  let kept: { seq: number; streamId: string } | undefined;
  for (const [streamId] of oldest) {
    const seq = seqs.get(streamId);
    if (seq === undefined) break;
    kept = { seq, streamId };
  }
  return kept;
}
