/**
 * Writes the mails of mailings into the outbox, one row for each holder, page by page. A page and the position after it
 * are written in one transaction, so a process killed anywhere leaves no holder out and writes none twice. Whatever of
 * a mail cannot be made or sent is a matter of its row alone.
 *
 * The outbox gets the next page only when few mails of the mailing wait there for their first try: a mailing to 100,000
 * holders never stands in front of the receipt of somebody who has just paid.
 */
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round, type Worked, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import type { Deps } from '../deps.ts';
import { topicOf } from './holder-jobs.ts';
import { nextHolders } from './holders.ts';
import type { MailingRow } from './mailing-row.ts';

type MailingDeps = Pick<Deps, 'db' | 'log'>;
type PageSize = { pageSize?: number };

export function startMailings(deps: MailingDeps, everyMs = 500): Loop {
  return startLoop('write mailings', everyMs, deps.log, createMailings(deps));
}

export function createMailings(
  { db, log }: MailingDeps,
  { pageSize = 500, ...times }: Partial<Omit<WorkOffTimes, 'pageSize'>> & PageSize = {},
): Round {
  return createWorkOff<{ id: number }>({
    name: 'write mailings',
    log,
    firstPauseMs: 200,
    longestPauseMs: 1_000,
    ...times,
    page: (after, limit) =>
      db('mailings')
        .whereNull('made_at')
        .where('id', '>', after?.id ?? 0)
        .orderBy('id')
        .limit(limit)
        .select('id'),
    keyOf: ({ id }) => id,
    work: ({ id }) => makeMails(db, id, pageSize),
  });
}

async function makeMails(db: Database, id: number, pageSize: number): Promise<Worked> {
  for (;;) {
    if ((await countWaiting(db, id, pageSize)) >= pageSize) return 'later';
    if ((await makePage(db, id, pageSize)) < pageSize) return 'done';
  }
}

/** Mails that were tried and failed do not count: addresses that are refused must not stop the others. */
async function countWaiting(db: Database, mailingId: number, most: number): Promise<number> {
  const rows: unknown[] = await db('outbox')
    .where({ mailing_id: mailingId, sent_at: null, given_up_at: null, tries: 0 })
    .limit(most)
    .select('mailing_id');
  return rows.length;
}

/** Returns the number of mails that it wrote. Fewer than `pageSize`: those were the last. */
function makePage(db: Database, id: number, pageSize: number): Promise<number> {
  return transact(db, async (trx) => {
    // Another process that makes a page of it waits here, and goes on after this page.
    const mailing = await trx<MailingRow>('mailings').where({ id }).whereNull('made_at').forUpdate().first();
    if (!mailing) return 0;
    const userIds = await nextHolders(trx, mailing, mailing.last_user, pageSize);
    const topic = topicOf[mailing.kind];
    if (userIds.length > 0)
      await trx('outbox').insert(
        userIds.map((userId) => ({
          topic,
          // After what somebody waits for.
          priority: 2,
          unique_id: `${topic}.${id}.${userId}`,
          mailing_id: id,
          payload: JSON.stringify({ mailingId: id, userId }),
        })),
      );
    await trx('mailings')
      .where({ id })
      .update({
        last_user: userIds.at(-1) ?? mailing.last_user,
        made: mailing.made + userIds.length,
        made_at: userIds.length < pageSize ? new Date() : null,
      });
    return userIds.length;
  });
}
