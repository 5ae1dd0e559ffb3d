/**
 * The outbox: mails to send, written in the transaction they are about. A process that claims a row has it for a
 * minute. If the process is killed meanwhile, any process can claim the row again after that.
 */
import { retried, transact, type Database } from '../../shared/mysql/connect.ts';

export type OutboxRow = {
  id: number;
  topic: string;
  /** MySQL returns a JSON column parsed, MariaDB as a string. */
  payload: unknown;
  /** Number of tries, including the current one. */
  tries: number;
};

export type Backlog = { waiting: number; oldestSeconds: number; givenUp: number };

/** Longer than sending one claim's rows can take, including all time limits. */
const claimSeconds = 60;
const firstPauseSeconds = 5;
const maxPauseSeconds = 3_600;
/** With the longest pause, a week has passed by this try. */
const maxTries = 180;

/**
 * Claims the next rows to send, either new ones or those tried before, the oldest first; no other process gets them
 * for a while. Only MySQL's clock is used. The query must not lock the gap where checkout inserts the next row, so it
 * needs READ COMMITTED.
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

/**
 * Schedules another try after a pause that doubles, for about a week; after that the rows stay for an operator to
 * look at.
 */
export async function putOff(db: Database, rows: readonly OutboxRow[]): Promise<void> {
  for (const { id, tries } of rows) {
    const seconds = Math.min(firstPauseSeconds * 2 ** (tries - 1), maxPauseSeconds);
    await retried(db, () =>
      db('outbox')
        .where({ id })
        .whereNull('sent_at')
        .update(
          tries >= maxTries
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
