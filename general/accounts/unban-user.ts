import { account } from '../../shared/contract/accounts.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { endOfSessions, findUser, toAccount } from './user.ts';

export function unbanUser({ db, bannedUsers, log }: Pick<Deps, 'db' | 'bannedUsers' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/users/:id/unban',
    summary: 'Let a banned user in again',
    description: 'Sessions from before stay ended: the user signs in anew.',
    tag: 'Accounts',
    who: ['admin'],
    params: ofOne,
    success: { status: 200, schema: account, description: 'The account' },
    problems: [],
    async handle({ params: { id }, session }) {
      // Of somebody who is not banned nothing changes: their sessions go on.
      await retried(db, () =>
        db('users')
          .where({ id })
          .whereNotNull('banned_at')
          .update({ sessions_since: endOfSessions(db), banned_at: null }),
      );
      const user = await findUser(db, { id });
      if (!user) throw new Problem('not_found');
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'let in again');
      return toAccount(user);
    },
  });
}
