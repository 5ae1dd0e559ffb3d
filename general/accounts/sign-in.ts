import { clientAt } from '../../shared/client-address.ts';
import { signedIn, signInBody } from '../../shared/contract/accounts.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/problems.ts';
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
    tag: 'Accounts',
    who: 'anyone',
    body: signInBody,
    success: { status: 200, schema: signedIn, description: 'A session, also as a cookie' },
    problems: ['wrong_credentials', 'banned'],
    async handle({ body: { email, password }, req, res }) {
      const address = clientAt(req.ip);
      guard.admit(email, address);
      const user = await findUser(db, { email });
      const matches = await passwordMatches(password, user?.password_hash);
      if (!user || !matches) throw new Problem('wrong_credentials');
      guard.forgive(email, address);
      // Only to whoever knows the password: to others a banned account looks like any.
      if (user.banned_at) throw new Problem('banned');

      const { id, name, role } = user;
      const locale = localeOf(req);
      if (locale !== null && locale !== user.locale)
        await retried(db, () => db('users').where({ id }).update({ locale }));
      const token = signSession({ userId: id, role }, sessionKey);
      setSessionCookie(res, token, publicUrl);
      return { user: { id, email, name, role }, token };
    },
  });
}
