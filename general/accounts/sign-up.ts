import { clientAt } from '../../shared/http/client-address.ts';
import { signedIn, signUpBody } from '../../shared/contract/accounts.ts';
import { isDuplicateKey, retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { localeOf, type Locale } from './locale.ts';
import { nowInSeconds, openSession } from './open-session.ts';
import { refuseEasyPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { SignUpGuard } from './sign-up-guard.ts';
import { findUser } from './user.ts';

export function signUp({
  db,
  sessionKeys,
  publicUrl,
}: Pick<Deps, 'db' | 'sessionKeys' | 'publicUrl'>): Route {
  const guard = new SignUpGuard();
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signup',
    summary: 'Create an account and sign in',
    tag: 'Accounts',
    who: 'anyone',
    body: signUpBody,
    success: {
      status: 201,
      schema: signedIn,
      description: 'The account and its session, also set as a cookie',
    },
    problems: ['email_taken'],
    async handle({ body: { email, name, password }, req, res }) {
      refuseEasyPassword(password, email, '/password');
      const client = clientAt(req.ip);
      guard.checkTaken(client);
      if (await findUser(db, { email })) refuseTaken(client);
      // Checked again after the query: of many parallel requests, those past the limit get the same answer whether or
      // not the account exists.
      guard.checkTaken(client);
      guard.admit(client, email);
      const id = await createAccount().catch((error: unknown) => {
        guard.takeBack(client);
        throw error;
      });
      const role = 'shopper' as const;
      const user = { id, email, name, role, banned_at: null, sessions_since: null };
      return openSession({ req, res }, user, nowInSeconds(), { db, sessionKeys, publicUrl });

      async function createAccount(): Promise<number> {
        const turn = { kind: 'sign-up', client, email, gone: hungUp(res) } as const;
        const password_hash = await hashPassword(password, turn);
        const made = await insertUser({ email, name, password_hash, locale: localeOf(req) });
        return made ?? refuseTaken(client);
      }
    },
  });

  /** @throws {Problem} email_taken or too_many_requests */
  function refuseTaken(client: string): never {
    guard.addTaken(client);
    throw new Problem('email_taken');
  }

  /** Returns the new id; undefined if the e-mail address already has an account. */
  async function insertUser(row: {
    email: string;
    name: string;
    password_hash: string;
    locale: Locale | null;
  }): Promise<number | undefined> {
    try {
      const [id] = await retried(db, () => db('users').insert(row));
      return id;
    } catch (error) {
      if (isDuplicateKey(error, 'users_email')) return undefined;
      throw error;
    }
  }
}
