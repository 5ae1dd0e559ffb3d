import type { AccountMailJob } from '../../lambda/send-email/account-mail-job.ts';
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

export type LinkRequest = {
  email: string;
  userId: number | undefined;
  purpose: LinkPurpose;
  /** An address that is told of the request, if a mail is due. */
  told?: string;
};

const topics: Record<LinkPurpose, AccountMailJob['about']> = {
  reset: 'password-forgotten',
  confirm: 'confirm-email',
  email: 'email-change',
};

/**
 * Puts the mail with a link into the outbox, unless the address has had its share. The same is written for an address
 * without an account, whose mail is never made: nobody can tell from the time it takes whether there is one.
 */
export async function requestLink(db: Database, request: LinkRequest): Promise<void> {
  await transact(db, async (trx) => {
    // One request of a user at a time, so that many at once do not all find that none was before them.
    await trx('users')
      .where({ id: request.userId ?? 0 })
      .forUpdate()
      .first('id');
    await addLink(trx, request);
  });
  await db('account_links')
    .whereRaw('created_at < now(3) - interval ? day', [keptDays])
    .limit(removedAtOnce)
    .delete();
}

/** As `requestLink`, within a transaction that has locked the user. @throws {Problem} too_many_requests */
export async function addLink(trx: Database, { email, userId, purpose, told }: LinkRequest): Promise<void> {
  const recent = await recentLinks(trx, { email, purpose });
  if (recent.length >= mostADay || recent.some(({ age }) => age < 60)) return;
  if (purpose === 'email') await refuseManyAddresses(trx, userId);
  const row = { email, purpose, user_id: userId ?? null, created_at: trx.fn.now(3) };
  const [linkId] = await trx('account_links').insert(row);
  const mails = [{ topic: topics[purpose], payload: JSON.stringify({ linkId }) }];
  if (told !== undefined) {
    const payload = JSON.stringify({ userId, key: String(linkId), to: told });
    mails.push({ topic: 'email-change-asked', payload });
  }
  await trx('outbox').insert(mails);
}

const recentLinks = (
  trx: Database,
  by: Partial<Pick<LinkRow, 'email' | 'purpose' | 'user_id'>>,
): Promise<{ age: number }[]> =>
  trx('account_links')
    .where(by)
    .whereRaw('created_at > now(3) - interval 1 day')
    .select(trx.raw('timestampdiff(second, created_at, now(3)) as age'));

/** By links to new addresses, one account could mail to any number of people. @throws {Problem} too_many_requests */
async function refuseManyAddresses(trx: Database, userId: number | undefined): Promise<void> {
  const own = await recentLinks(trx, { user_id: userId ?? null, purpose: 'email' });
  if (own.length < mostADay) return;
  const oldest = Math.max(...own.map(({ age }) => age));
  throw new Problem('too_many_requests', { retryAfter: Math.max(1, 24 * 60 * 60 - oldest) });
}

/** The id of a link's user; undefined if the link was used, or replaced, or is of nobody. */
export async function findLink(db: Database, { id, purpose }: AccountLink): Promise<number | undefined> {
  const link = await db<LinkRow>('account_links').where({ id, purpose }).whereNull('ended_at').first();
  return link?.user_id ?? undefined;
}

/** `email`: where the link was mailed to. */
export type EndedLink = { userId: number; email: string };

/**
 * Ends a link, and all others of its user and purpose, within a transaction.
 * @throws {Problem} link_not_valid if it has ended, or is to an address that is no longer that of the user
 */
export async function endLink(trx: Database, { id, purpose }: AccountLink): Promise<EndedLink> {
  const link = await trx<LinkRow>('account_links').where({ id, purpose }).forUpdate().first();
  const user =
    link && (await trx('users').where({ id: link.user_id }).forUpdate().first<{ email: string }>('email'));
  if (!link || link.user_id === null || !user || link.ended_at) throw new Problem('link_not_valid');
  if (purpose !== 'email' && link.email !== user.email) throw new Problem('link_not_valid');
  await endLinksOf(trx, link.user_id, purpose);
  return { userId: link.user_id, email: link.email };
}

/** Ends all links of a user, or those of one purpose. */
export async function endLinksOf(trx: Database, userId: number, purpose?: LinkPurpose): Promise<void> {
  await trx<LinkRow>('account_links')
    .where({ user_id: userId, ...(purpose && { purpose }) })
    .whereNull('ended_at')
    .update({ ended_at: trx.raw('now(3)') });
}
