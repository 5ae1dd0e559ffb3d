import { sessionParams } from '../../shared/contract/accounts.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { clearSessionCookie } from './session-cookie.ts';
import { endOwnSession, endSessionRow, exemptSession, originOf } from './session-rows.ts';
import { endAllSessions } from './user.ts';

export function endSession({
  db,
  bannedUsers,
  publicUrl,
}: Pick<Deps, 'db' | 'bannedUsers' | 'publicUrl'>): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/sessions/:id',
    summary: 'End one of your sessions; it is refused within a second',
    description: 'Ending the session of this request is signing out.',
    tag: 'Accounts',
    who: 'signed-in',
    params: sessionParams,
    success: { status: 204, description: 'Ended, now or before' },
    problems: [],
    records: { nothing: 'users end their own sessions' },
    async handle({ params: { id }, session: { userId, signInId, issuedAt }, req, res }) {
      const isOwn = id === signInId;
      if (isOwn) await endOwnSession(db, { userId, signInId, issuedAt }, originOf(req));
      else if (!(await endSessionRow(db, userId, id))) throw new Problem('not_found');
      bannedUsers.addEnded(id);
      if (isOwn) clearSessionCookie(res, publicUrl);
    },
  });
}

/**
 * Ends them by `sessions_since`, as a new password does: that also ends sessions without a row, and makes no list grow.
 */
export function endOtherSessions({ db, bannedUsers }: Pick<Deps, 'db' | 'bannedUsers'>): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/sessions',
    summary: 'End all your other sessions; they are refused within a second',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 204, description: 'Only the session of this request is left' },
    problems: [],
    records: { nothing: 'users end their own sessions' },
    async handle({ session, req }) {
      await transact(db, async (trx) => {
        await endAllSessions(trx, session.userId);
        await exemptSession(trx, session, originOf(req));
      });
      await bannedUsers.refresh();
    },
  });
}
