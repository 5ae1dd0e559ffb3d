import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { AccountLink, LinkPurpose } from './link-token.ts';

/** Links mailed to one address for one purpose in a day, at most. Also at most one a minute. */
const mostADay = 5;
const keptDays = 2;
/** Rows removed at each request: more than it adds. */
const removedAtOnce = 20;

export type LinkRow = {
  id: number;
  email: string;
  user_id: number | null;
  purpose: LinkPurpose;
  created_at: Date;
  ended_at: Date | null;
};

export type LinkRequest = { email: string; userId: number | undefined; purpose: LinkPurpose };

/**
 * Puts the mail with a link into the outbox, unless the address has had its share. The same is written for an address
 * without an account, whose mail is never made: nobody can tell from the time it takes whether there is one.
 */
export async function requestLink(db: Database, topic: string, { email, userId, purpose }: LinkRequest) {
  await transact(db, async (trx) => {
    // One request of a user at a time, so that many at once do not all find that none was before them.
    await trx('users')
      .where({ id: userId ?? 0 })
      .forUpdate()
      .first('id');
    const recent: { age: number }[] = await trx<LinkRow>('account_links')
      .where({ email, purpose })
      .whereRaw('created_at > now(3) - interval 1 day')
      .select(trx.raw('timestampdiff(second, created_at, now(3)) as age'));
    if (recent.length >= mostADay || recent.some(({ age }) => age < 60)) return;
    const row = { email, purpose, user_id: userId ?? null, created_at: trx.fn.now(3) };
    const [linkId] = await trx('account_links').insert(row);
    await trx('outbox').insert({ topic, payload: JSON.stringify({ linkId }) });
  });
  await db('account_links')
    .whereRaw('created_at < now(3) - interval ? day', [keptDays])
    .limit(removedAtOnce)
    .delete();
}

/** The id of a link's user; undefined if the link was used, or replaced, or is of nobody. */
export async function findLink(db: Database, { id, purpose }: AccountLink): Promise<number | undefined> {
  const link = await db<LinkRow>('account_links').where({ id, purpose }).whereNull('ended_at').first();
  return link?.user_id ?? undefined;
}

/**
 * Ends a link, and all others of its user and purpose, within a transaction.
 * @throws {Problem} link_not_valid if it has ended, or its address is no longer that of the user
 */
export async function endLink(trx: Database, { id, purpose }: AccountLink): Promise<void> {
  const link = await trx<LinkRow>('account_links').where({ id, purpose }).forUpdate().first();
  const user =
    link && (await trx('users').where({ id: link.user_id }).forUpdate().first<{ email: string }>('email'));
  if (!user || link.ended_at || link.email !== user.email) throw new Problem('link_not_valid');
  const open = trx<LinkRow>('account_links').where({ user_id: link.user_id, purpose }).whereNull('ended_at');
  await open.update({ ended_at: trx.raw('now(3)') });
}
