import { account } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { banOf, endOfSessions, lockUser, toAccount } from './user.ts';

export function unbanUser({ db, bannedUsers, log }: Pick<Deps, 'db' | 'bannedUsers' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/users/:id/unban',
    summary: 'Lift the ban on a user',
    description: 'Earlier sessions stay ended: the user has to sign in again.',
    tag: 'Accounts',
    who: ['admin'],
    params: idParams,
    success: { status: 200, schema: account, description: 'The account' },
    problems: [],
    records: 'user_unbanned',
    async handle({ params: { id }, session, actor }) {
      const user = await transact(db, async (trx) => {
        const before = await lockUser(trx, id);
        // If the user is not banned nothing changes, and their sessions go on.
        if (before.banned_at === null) return before;
        await trx('users')
          .where({ id })
          .update({ sessions_since: endOfSessions(trx), banned_at: null, ban_reason: null });
        const after = await lockUser(trx, id);
        await recordAct(trx, actor, {
          act: 'user_unbanned',
          subject: { kind: 'user', id },
          before: banOf(before),
          after: banOf(after),
        });
        return after;
      });
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'user unbanned');
      return toAccount(user);
    },
  });
}
