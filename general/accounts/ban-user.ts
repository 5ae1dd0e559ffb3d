import { account } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { endOfSessions, findUser, toAccount } from './user.ts';

/** The ban takes effect at once in this process, and within a second in every other process that checks sessions. */
export function banUser({ db, bannedUsers, log }: Pick<Deps, 'db' | 'bannedUsers' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/users/:id/ban',
    summary: 'Ban a user; their sessions end within a second',
    description:
      'Signing in again gives a session of scope `tickets`, which shows only their own orders and tickets.',
    tag: 'Accounts',
    who: ['admin'],
    params: idParams,
    success: { status: 200, schema: account, description: 'The banned account' },
    problems: [],
    async handle({ params: { id }, session }) {
      if (id === session.userId) throw new Problem('not_allowed', { detail: 'You cannot ban yourself' });
      // A second ban restarts the ban and ends the sessions issued in between.
      await retried(db, () =>
        db('users')
          .where({ id })
          .update({ sessions_since: endOfSessions(db), banned_at: db.fn.now(3) }),
      );
      const user = await findUser(db, { id });
      if (!user) throw new Problem('not_found');
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'user banned');
      return toAccount(user);
    },
  });
}
