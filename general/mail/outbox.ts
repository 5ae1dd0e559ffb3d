/**
 * The outbox: what is to be told by mail, written in the transaction in which it became true. Whoever takes a row has
 * it for a minute. Killed meanwhile, it leaves the row to be taken again, by whichever process comes first then.
 */
import { retried, transact, type Database } from '../../shared/mysql/connect.ts';

export type OutboxRow = {
  id: number;
  topic: string;
  /** MySQL gives a JSON column parsed, MariaDB as a string. */
  payload: unknown;
  /** This one included. */
  tries: number;
};

export type Backlog = { waiting: number; oldestSeconds: number; givenUp: number };

/** Longer than sending the rows of one claim can take, all time limits included. */
const claimSeconds = 60;
const firstPauseSeconds = 5;
const longestPauseSeconds = 3_600;
/** By then, with the longest pause, a week has passed. */
const lastTry = 180;

/**
 * The next rows to send, of those that were tried before or of the others, the oldest first; nobody else gets them for
 * a while. MySQL's clock is the only one. The look must not lock the place where checkout is about to write the next
 * row, so it needs READ COMMITTED.
 */
export function claimRows(db: Database, which: 'new' | 'tried before', limit: number): Promise<OutboxRow[]> {
  return transact(db, async (trx) => {
    const rows = await trx<OutboxRow>('outbox')
      .whereNull('sent_at')
      .whereNull('given_up_at')
      .where('tries', which === 'new' ? '=' : '>', 0)
      .whereRaw('due_at <= now(3)')
      .orderBy('id')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .select('id', 'topic', 'payload', 'tries');
    if (rows.length === 0) return [];
    await trx('outbox')
      .whereIn('id', idsOf(rows))
      .update({
        tries: trx.raw('tries + 1'),
        due_at: trx.raw('now(3) + interval ? second', [claimSeconds]),
      });
    return rows.map((row) => ({ ...row, tries: row.tries + 1 }));
  });
}

export async function markSent(db: Database, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await retried(db, () =>
    db('outbox')
      .whereIn('id', idsOf(rows))
      .update({ sent_at: db.raw('now(3)') }),
  );
}

/** They are tried again after a pause that doubles, for about a week; then they stay, for somebody to look at. */
export async function putOff(db: Database, rows: readonly OutboxRow[]): Promise<void> {
  for (const { id, tries } of rows) {
    const seconds = Math.min(firstPauseSeconds * 2 ** (tries - 1), longestPauseSeconds);
    await retried(db, () =>
      db('outbox')
        .where({ id })
        .whereNull('sent_at')
        .update(
          tries >= lastTry
            ? { given_up_at: db.raw('now(3)') }
            : { due_at: db.raw('now(3) + interval ? second', [seconds]) },
        ),
    );
  }
}

export async function readBacklog(db: Database): Promise<Backlog> {
  const rows: { givenUp: 0 | 1; count: number; oldest: number | null }[] = await db('outbox')
    .whereNull('sent_at')
    .groupByRaw('given_up_at is not null')
    .select(
      db.raw('given_up_at is not null as givenUp'),
      db.raw('count(*) as count'),
      db.raw('timestampdiff(second, min(created_at), now(3)) as oldest'),
    );
  const waiting = rows.find((row) => row.givenUp === 0);
  const givenUp = rows.find((row) => row.givenUp === 1);
  return {
    waiting: waiting?.count ?? 0,
    oldestSeconds: Math.max(0, waiting?.oldest ?? 0),
    givenUp: givenUp?.count ?? 0,
  };
}

function idsOf(rows: readonly OutboxRow[]): number[] {
  return rows.map(({ id }) => id);
}
