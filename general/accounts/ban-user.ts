import { account, newBan } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { banOf, changeUser, endOfSessions, toAccount } from './user.ts';

/** The ban takes effect at once in this process, and within a second in every other process that checks sessions. */
export function banUser({ db, bannedUsers, log }: Pick<Deps, 'db' | 'bannedUsers' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/users/:id/ban',
    summary: 'Ban a user; their sessions end within a second',
    description:
      'Signing in again gives a session of scope `tickets`, which shows only their own orders and tickets. The reason is ' +
      'for admins: the user sees whom to write to, but not the reason.',
    tag: 'Accounts',
    who: ['admin'],
    params: idParams,
    body: newBan,
    success: { status: 200, schema: account, description: 'The banned account' },
    problems: [],
    records: 'user_banned',
    async handle({ params: { id }, body: { reason }, session, actor }) {
      if (id === session.userId) throw new Problem('not_allowed', { detail: 'You cannot ban yourself' });
      const user = await changeUser(db, id, actor, 'user_banned', banOf, (trx) =>
        // A second ban restarts the ban and ends the sessions issued in between.
        trx('users')
          .where({ id })
          .update({ sessions_since: endOfSessions(trx), banned_at: trx.fn.now(3), ban_reason: reason }),
      );
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'user banned');
      return toAccount(user);
    },
  });
}
