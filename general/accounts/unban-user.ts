import { account } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { endOfSessions, findUser, toAccount } from './user.ts';

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
    async handle({ params: { id }, session }) {
      // If the user is not banned nothing changes, and their sessions go on.
      await retried(db, () =>
        db('users')
          .where({ id })
          .whereNotNull('banned_at')
          .update({ sessions_since: endOfSessions(db), banned_at: null }),
      );
      const user = await findUser(db, { id });
      if (!user) throw new Problem('not_found');
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'user unbanned');
      return toAccount(user);
    },
  });
}
