/**
 * The outbox: what is to be sent, written in the transaction it is about. A process that claims a row has it for a
 * minute. If the process is killed meanwhile, any process can claim the row again after that.
 */
import type { Channel } from '../../shared/contract/notifications.ts';
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

/** 0: before all others. 2: what is sent to many at once, after all others. */
export const priorities = [0, 1, 2] as const;
export type Priority = (typeof priorities)[number];

/** `which`: rows that were tried before have a lane of their own, since they may fail again. */
export type Lane = { channel: Channel; priority: Priority; which: 'new' | 'tried before' };

/**
 * Claims the next rows of a lane that are due, the longest due first; no other process gets them for a while. Only
 * MySQL's clock is used. Rows of other lanes are not read (index `outbox_lanes`). The query must not lock the gap where
 * checkout inserts the next row, so it needs READ COMMITTED.
 */
export function claimRows(db: Database, lane: Lane, limit: number): Promise<OutboxRow[]> {
  return transact(db, async (trx) => {
    const rows = (await nextRows(trx, lane, limit)) as OutboxRow[];
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

/** The query alone, for its EXPLAIN. */
export function nextRows(trx: Database, { channel, priority, which }: Lane, limit: number) {
  return trx('outbox')
    .where({ channel, lane: priority * 2 + (which === 'new' ? 0 : 1) })
    .whereRaw('due_at <= now(3)')
    .orderBy(['due_at', 'id'])
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .select('id', 'topic', 'payload', 'tries');
}

/** Topics whose rows name an address that the account no longer has. They do not stay once they are sent. */
const removedOnceSent = new Set(['account-deleted', 'email-changed', 'email-change-asked']);

export async function markSent(db: Database, rows: readonly OutboxRow[]): Promise<void> {
  const { gone = [], kept = [] } = Object.groupBy(rows, ({ topic }) =>
    removedOnceSent.has(topic) ? 'gone' : 'kept',
  );
  if (gone.length > 0) await retried(db, () => db('outbox').whereIn('id', idsOf(gone)).delete());
  if (kept.length === 0) return;
  await retried(db, () =>
    db('outbox')
      .whereIn('id', idsOf(kept))
      .update({ sent_at: db.raw('now(3)') }),
  );
}

/**
 * Schedules another try after a pause that doubles, for about a week; after that the rows stay for an operator to
 * look at.
 */
export async function putOff(db: Database, rows: readonly OutboxRow[]): Promise<void> {
  for (const row of rows) {
    const { id, tries } = row;
    const seconds = Math.min(firstPauseSeconds * 2 ** (tries - 1), maxPauseSeconds);
    await retried(db, () =>
      db('outbox')
        .where({ id })
        .whereNull('sent_at')
        .update(
          isLastTry(row)
            ? { given_up_at: db.raw('now(3)') }
            : { due_at: db.raw('now(3) + interval ? second', [seconds]) },
        ),
    );
  }
}

/** Whether this try was the last one. */
export const isLastTry = ({ tries }: OutboxRow): boolean => tries >= maxTries;

/** Rows that are to be sent later on purpose do not count as waiting. */
export async function readBacklog(db: Database): Promise<Backlog> {
  const rows: { givenUp: 0 | 1; count: number; oldest: number | null }[] = await db('outbox')
    .whereNull('sent_at')
    .where(
      (counted) =>
        void counted.whereNotNull('given_up_at').orWhere('tries', '>', 0).orWhereRaw('due_at <= now(3)'),
    )
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
