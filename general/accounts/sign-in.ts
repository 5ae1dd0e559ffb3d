import { clientAt } from '../../shared/client-address.ts';
import { signedIn, signInBody } from '../../shared/contract/accounts.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/problems.ts';
import { firstValidIssue } from '../../shared/banned-users.ts';
import { signSession } from '../../shared/session.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { localeOf } from './locale.ts';
import { passwordMatches } from './passwords.ts';
import { setSessionCookie } from './session-cookie.ts';
import { SignInGuard } from './sign-in-guard.ts';
import { findUser } from './user.ts';

export function signIn({ db, sessionKey, publicUrl }: Pick<Deps, 'db' | 'sessionKey' | 'publicUrl'>): Route {
  const guard = new SignInGuard();
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signin',
    summary: 'Sign in',
    description:
      'A banned user gets a session of scope `tickets`: good for GET /api/orders, /api/orders/:id and /api/auth/me. Every other call that needs a session is refused with `banned`.',
    tag: 'Accounts',
    who: 'anyone',
    body: signInBody,
    success: { status: 200, schema: signedIn, description: 'A session, also as a cookie' },
    problems: ['wrong_credentials'],
    async handle({ body: { email, password }, req, res }) {
      const address = clientAt(req.ip);
      guard.admit(email, address);
      // A ban from after this moment ends the session.
      const readAt = Math.floor(Date.now() / 1000);
      const user = await findUser(db, { email });
      const matches = await passwordMatches(password, user?.password_hash);
      if (!user || !matches) throw new Problem('wrong_credentials');
      guard.forgive(email, address);
      const { id, name, role } = user;
      const locale = localeOf(req);
      if (locale !== null && locale !== user.locale)
        await retried(db, () => db('users').where({ id }).update({ locale }));
      // Only to whoever knows the password: to others a banned account looks like any.
      const scoped = user.banned_at !== null && { scope: 'tickets' as const };
      const issuedAt = Math.max(readAt, firstValidIssue(user));
      const token = signSession({ userId: id, role, ...scoped }, sessionKey, issuedAt);
      setSessionCookie(res, token, publicUrl);
      return { user: { id, email, name, role }, ...scoped, token };
    },
  });
}
