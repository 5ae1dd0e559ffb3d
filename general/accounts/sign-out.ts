import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { clearSessionCookie } from './session-cookie.ts';
import { endOwnSession, originOf } from './session-rows.ts';

export function signOut({
  db,
  bannedUsers,
  publicUrl,
}: Pick<Deps, 'db' | 'bannedUsers' | 'publicUrl'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signout',
    summary: 'Sign out: end the session and clear its cookie',
    description: 'Copies of the token are refused within a second.',
    tag: 'Accounts',
    who: 'anyone',
    scopes: ['tickets'],
    success: { status: 204, description: 'Signed out, or was not signed in' },
    problems: [],
    async handle({ session, req, res }) {
      if (session?.signInId !== undefined) {
        // First: if this fails, the cookie stays, and signing out can be tried again.
        const { userId, signInId, issuedAt } = session;
        await endOwnSession(db, { userId, signInId, issuedAt }, originOf(req));
        bannedUsers.addEnded(signInId);
      }
      clearSessionCookie(res, publicUrl);
    },
  });
}
