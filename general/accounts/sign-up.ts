import type { Request, Response } from 'express';
import type { z } from 'zod';
import { clientAt } from '../../shared/http/client-address.ts';
import { signedIn, signUpBody } from '../../shared/contract/accounts.ts';
import { isDuplicateKey, transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { addLink } from './account-links.ts';
import { localeOf, type Locale } from './locale.ts';
import { nowInSeconds, openSession, type SessionDeps } from './open-session.ts';
import { refuseEasyPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { SignUpGuard } from './sign-up-guard.ts';
import { resultOf } from './sign-up-metrics.ts';
import { findUser, type UserRow } from './user.ts';

type SignUp = z.output<typeof signUpBody>;
type Exchange = { req: Request; res: Response };
type Made = Pick<UserRow, 'id' | 'locale' | 'unconfirmed_since'>;

export function signUp(deps: SessionDeps & Pick<Deps, 'onSignUp'>): Route {
  const { db, onSignUp } = deps;
  const guard = new SignUpGuard();
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signup',
    summary: 'Create an account and sign in',
    description:
      'Where buying needs a confirmed e-mail address, the session has the scope `unconfirmed`, and a link is mailed (POST /api/auth/confirm). An account that is not confirmed within a day is removed.',
    tag: 'Accounts',
    who: 'anyone',
    body: signUpBody,
    success: {
      status: 201,
      schema: signedIn,
      description: 'The account and its session, also set as a cookie',
    },
    problems: ['email_taken'],
    async handle({ body, req, res }) {
      const { email, name } = body;
      refuseEasyPassword(body.password, email, '/password');
      const made = await createAccount(body, { req, res }).catch((error: unknown) => {
        onSignUp?.(resultOf(error));
        throw error;
      });
      onSignUp?.('created');
      const user = { ...made, email, name, role: 'shopper', banned_at: null, sessions_since: null } as const;
      return openSession({ req, res }, user, nowInSeconds(), deps);
    },
  });

  async function createAccount({ email, name, password }: SignUp, { req, res }: Exchange): Promise<Made> {
    const client = clientAt(req.ip);
    guard.checkTaken(client);
    if (await findUser(db, { email })) refuseTaken(client);
    // Checked again after the query: of many parallel requests, those past the limit get the same answer whether or
    // not the account exists.
    guard.checkTaken(client);
    guard.admit(client, email);
    try {
      const turn = { kind: 'sign-up', client, email, gone: hungUp(res) } as const;
      const password_hash = await hashPassword(password, turn);
      return (
        (await insertUser(deps, { email, name, password_hash, locale: localeOf(req) })) ?? refuseTaken(client)
      );
    } catch (error) {
      guard.takeBack(client);
      throw error;
    }
  }

  /** @throws {Problem} email_taken or too_many_requests */
  function refuseTaken(client: string): never {
    guard.addTaken(client);
    throw new Problem('email_taken');
  }
}

type NewUser = { email: string; name: string; password_hash: string; locale: Locale | null };

/** Undefined if the e-mail address already has an account. The mail with the link is due if the account exists. */
async function insertUser(
  { db, confirmsEmail }: Pick<Deps, 'db' | 'confirmsEmail'>,
  row: NewUser,
): Promise<Made | undefined> {
  const unconfirmed_since = confirmsEmail ? new Date() : null;
  try {
    const [id] = await transact(db, async (trx) => {
      const made = await trx('users').insert({ ...row, unconfirmed_since });
      if (confirmsEmail) await addLink(trx, { email: row.email, userId: made[0], purpose: 'confirm' });
      return made;
    });
    return id === undefined ? undefined : { id, locale: row.locale, unconfirmed_since };
  } catch (error) {
    if (isDuplicateKey(error, 'users_email')) return undefined;
    throw error;
  }
}
