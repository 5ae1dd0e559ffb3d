import { randomBytes } from 'node:crypto';
import { accountDeletion } from '../../shared/contract/own-data.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { checkPresentPassword } from '../accounts/present-password.ts';
import { clearSessionCookie } from '../accounts/session-cookie.ts';
import { endOfSessions, findUser, type UserRow } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { createRecentDrops } from '../entry/recent-drops.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { factsOf } from '../receipts/frozen-facts.ts';
import { obstaclesInMysql, obstaclesInRedis } from './deletion-obstacles.ts';
import { personalColumns, rowOfDeleted } from './personal-data.ts';

type DeleteDeps = Pick<Deps, 'db' | 'inventory' | 'checkoutKeys' | 'bannedUsers' | 'publicUrl'>;

export function deleteAccount(deps: DeleteDeps): Route {
  const { db, bannedUsers, publicUrl } = deps;
  const recentDrops = createRecentDrops(db);
  return defineRoute({
    method: 'DELETE',
    path: '/api/me',
    summary: 'Delete your account',
    description:
      'All sessions end within a second, no mail follows but one that confirms it, and the address is free again. ' +
      'Orders, payments, receipts and the ledger are kept as docs/privacy.md says. While something is under way the ' +
      'answer is `account_in_use`, with `obstacles`: `admin`, `hold`, `standby`, `payment`, `refund`, `tickets` (for an ' +
      'event that is not over) or `sales` (of an organizer), with the event’s `title` and, if it ends by itself, `until`.',
    tag: 'Accounts',
    who: 'signed-in',
    body: accountDeletion,
    success: { status: 204, description: 'The account is gone' },
    problems: ['account_in_use'],
    records: { nothing: 'users delete their own account, which is nobody else’s affair' },
    async handle({ body: { password }, session, req, res, log }) {
      const user = await findUser(db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      await checkPresentPassword({ req, res }, user, password, '/password');
      const waiting = await obstaclesInRedis({ ...deps, log }, await recentDrops(), user.id);
      await transact(db, (trx) => deleteUser(trx, user, waiting));
      await bannedUsers.refresh();
      clearSessionCookie(res, publicUrl);
      log.info({ userId: user.id }, 'account deleted');
    },
  });
}

/**
 * Everything that a deletion does, in the caller's transaction.
 * @throws {Problem} account_in_use, with what stands in the way
 */
async function deleteUser(
  trx: Database,
  { id, password_hash }: UserRow,
  waiting: Awaited<ReturnType<typeof obstaclesInRedis>>,
): Promise<void> {
  // An order that is placed meanwhile refers to this row, and so waits for this transaction.
  const user = await trx<UserRow>('users').where({ id }).whereNull('deleted_at').forUpdate().first();
  if (!user) throw new Problem('not_signed_in');
  if (user.password_hash !== password_hash) throw invalid('/password', 'password_wrong');
  const obstacles = [...waiting, ...(await obstaclesInMysql(trx, user))];
  if (obstacles.length > 0) throw new Problem('account_in_use', { extensions: { obstacles } });
  await freezeReceipts(trx, id);
  for (const { column, onDeletion } of personalColumns) {
    const [table = '', name = ''] = column.split('.');
    if (onDeletion === 'deleted')
      await trx(table)
        .where({ [name]: name === 'email' ? user.email : id })
        .delete();
  }
  const { email, locale } = user;
  const payload = { to: { email, locale }, key: `${id}.${randomBytes(6).toString('hex')}` };
  await trx('outbox').insert({ topic: 'account-deleted', payload: JSON.stringify(payload) });
  await trx('users')
    .where({ id })
    .update({ ...rowOfDeleted(id), sessions_since: endOfSessions(trx), deleted_at: trx.fn.now(3) });
}

/** Receipts of orders of an earlier version still take the names of buyer and seller from the accounts. */
async function freezeReceipts(trx: Database, userId: number): Promise<void> {
  const all = () => trx('orders').whereNull('receipt');
  const fields = ['orders.id', 'orders.drop_id', 'orders.user_id', 'orders.receipt'] as const;
  type Unfrozen = Parameters<typeof factsOf>[1];
  const bought: Unfrozen[] = await all().where({ user_id: userId }).select(fields);
  const sold: Unfrozen[] = await all()
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .where({ 'events.organizer_id': userId })
    .select(fields);
  for (const order of [...bought, ...sold]) await factsOf(trx, order);
}
