import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { clearSessionCookie } from './session-cookie.ts';

export function signOut({ publicUrl }: Pick<Deps, 'publicUrl'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signout',
    summary: 'Sign out: clear the session cookie',
    tag: 'Accounts',
    who: 'anyone',
    success: { status: 204, description: 'Signed out, or was not signed in' },
    problems: [],
    async handle({ res }) {
      clearSessionCookie(res, publicUrl);
    },
  });
}
