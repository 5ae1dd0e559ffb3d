import type { Request } from 'express';
import { clientAt } from '../../shared/http/client-address.ts';
import { signedIn, signInBody } from '../../shared/contract/accounts.ts';
import { secondStep } from '../../shared/contract/second-factor.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, Otherwise, type Route } from '../http/route.ts';
import { knownDevice } from './device-cookie.ts';
import { localeOf } from './locale.ts';
import { nowInSeconds, openSession, type SessionDeps } from './open-session.ts';
import { passwordMatches } from './passwords.ts';
import { ProofOfWork, type Proof } from './proof-of-work.ts';
import { askForFactor } from './second-factor/ask-for-factor.ts';
import { SignInGuard, type SignInAttempt } from './sign-in-guard.ts';
import { findUser, type UserRow } from './user.ts';

export function signIn(deps: SessionDeps & Pick<Deps, 'spendOnce'>): Route {
  const { db, sessionKeys, spendOnce } = deps;
  const guard = new SignInGuard();
  const proofs = new ProofOfWork(sessionKeys, spendOnce);
  return defineRoute({
    method: 'POST',
    path: '/api/auth/signin',
    summary: 'Sign in',
    description:
      'A banned user gets a session of scope `tickets`, valid for GET /api/orders, /api/orders/:id and /api/auth/me. Every other call that needs a session is refused with `banned`. Where buying needs a confirmed e-mail address, a user without one gets a session of scope `unconfirmed`.\n\nAfter many wrong passwords, including those that other people tried, an attempt is answered with `proof_required` (429) and an ALTCHA `challenge`: solve it and send the same body again with `proof`. A device on which the account has signed in before (cookie `device`) is only affected by its own attempts.\n\nWho has a second factor gets the answer 202, which is no session yet: POST /api/auth/second-step finishes it.',
    tag: 'Accounts',
    who: 'anyone',
    body: signInBody,
    success: { status: 200, schema: signedIn, description: 'A session, also as a cookie' },
    otherwise: [
      { status: 202, schema: secondStep, description: 'The password is right; prove the second factor' },
    ],
    problems: ['wrong_credentials', 'proof_required'],
    async handle({ body: { email, password, proof }, req, res }) {
      const readAt = nowInSeconds();
      const user = await findUser(db, { email });
      const client = clientAt(req.ip);
      const attempt = { email, client, device: knownDevice(req, user?.id, sessionKeys) };
      await admit(attempt, proof);
      const turn = { kind: 'sign-in', client, email, gone: hungUp(res) } as const;
      const matches = await passwordMatches(password, user?.password_hash, turn);
      if (!user || !matches) throw new Problem('wrong_credentials');
      guard.forgive(attempt);

      const locale = await rememberLocale(req, user);
      // A ban is told only to those who know the password: to others a banned account looks like any other.
      const asked = await askForFactor(deps, user, 'sign-in');
      if (asked) return new Otherwise({ status: 202, body: asked });
      return openSession({ req, res }, { ...user, locale }, readAt, deps);
    },
  });

  /** @throws {Problem} proof_required */
  async function admit(attempt: SignInAttempt, proof: Proof | undefined): Promise<void> {
    const weight = guard.weight(attempt);
    const purpose = { purpose: 'sign-in', email: attempt.email } as const;
    if (weight > 0 && !(proof && (await proofs.accepts(proof, purpose, weight)))) {
      const challenge = await proofs.challenge(purpose, weight);
      throw new Problem('proof_required', { extensions: { challenge } });
    }
    guard.add(attempt);
  }

  /** Returns the language of mails to this user from now on. */
  async function rememberLocale(req: Request, { id, locale: known, locale_is_chosen }: UserRow) {
    const locale = localeOf(req);
    if (locale === null || locale === known || locale_is_chosen) return known;
    await retried(db, () => db('users').where({ id }).update({ locale }));
    return locale;
  }
}
