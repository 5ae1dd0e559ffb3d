import { clientAt } from '../../shared/client-address.ts';
import { signedIn, signUpBody } from '../../shared/contract/accounts.ts';
import { isDuplicateKey, retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/problems.ts';
import { signSession } from '../../shared/session.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { localeOf, type Locale } from './locale.ts';
import { hashPassword } from './passwords.ts';
import { setSessionCookie } from './session-cookie.ts';
import { SignUpGuard } from './sign-in-guard.ts';

export function signUp({ db, sessionKey, publicUrl }: Pick<Deps, 'db' | 'sessionKey' | 'publicUrl'>): Route {
  const guard = new SignUpGuard();
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signup',
    summary: 'Make an account and sign in',
    tag: 'Accounts',
    who: 'anyone',
    body: signUpBody,
    success: { status: 201, schema: signedIn, description: 'The account, its session also as a cookie' },
    problems: ['email_taken'],
    async handle({ body: { email, name, password }, req, res }) {
      const address = clientAt(req.ip);
      guard.admit(address);
      const password_hash = await hashPassword(password);
      const id = await insertUser({ email, name, password_hash, locale: localeOf(req) });
      guard.forgive(address);
      const role = 'shopper' as const;
      const token = signSession({ userId: id, role }, sessionKey);
      setSessionCookie(res, token, publicUrl);
      return { user: { id, email, name, role }, token };
    },
  });

  async function insertUser(row: {
    email: string;
    name: string;
    password_hash: string;
    locale: Locale | null;
  }): Promise<number> {
    try {
      const [id] = await retried(db, () => db('users').insert(row));
      return id!;
    } catch (error) {
      if (isDuplicateKey(error, 'users_email')) throw new Problem('email_taken');
      throw error;
    }
  }
}
