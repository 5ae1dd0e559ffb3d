import { account } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { banOf, changeUser, endOfSessions, toAccount } from './user.ts';

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
      const user = await changeUser(db, id, actor, 'user_unbanned', banOf, async (trx, before) => {
        // If the user is not banned nothing changes, and their sessions go on.
        if (before.banned_at === null) return false;
        return trx('users')
          .where({ id })
          .update({ sessions_since: endOfSessions(trx), banned_at: null, ban_reason: null });
      });
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'user unbanned');
      return toAccount(user);
    },
  });
}
