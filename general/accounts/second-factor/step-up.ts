import type { Request, Response } from 'express';
import type { VerifiedSession } from '../../../shared/auth/session.ts';
import { signedIn } from '../../../shared/contract/accounts.ts';
import { factorProof, secondStep } from '../../../shared/contract/second-factor.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { nowInSeconds, resignSession } from '../open-session.ts';
import { findUser } from '../user.ts';
import { askForFactor } from './ask-for-factor.ts';
import { proveFactor } from './prove-factor.ts';

type StepUpDeps = Pick<Deps, 'db' | 'sessionKeys' | 'publicUrl'>;

export function startProof(deps: StepUpDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/start-proof',
    summary: 'Ask to prove the second factor again',
    description: 'After the problem `second_factor_again` or `second_factor_required`.',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: secondStep, description: 'What to prove' },
    problems: ['second_factor_required'],
    records: { nothing: 'users prove who they are' },
    async handle({ session }) {
      const asked = await askForFactor(deps, { id: session.userId }, 'prove');
      if (!asked) throw new Problem('second_factor_required');
      return asked;
    },
  });
}

export function proveAgain(deps: StepUpDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/proof',
    summary: 'Prove the second factor again',
    description:
      'The session goes on, with a new token. Acts that ask for a proof accept it for ten minutes.',
    tag: 'Accounts',
    who: 'signed-in',
    body: factorProof,
    success: { status: 200, schema: signedIn, description: 'The session with the proof, also as a cookie' },
    problems: ['second_factor_wrong', 'second_step_over'],
    records: { nothing: 'users prove who they are' },
    async handle({ body, session, req, res }) {
      await proveFactor(deps, body, { purpose: 'prove', userId: session.userId });
      return markProven({ req, res }, session, deps);
    },
  });
}

/** The same session, which from now on has proven a second factor. */
export async function markProven(
  exchange: { req: Request; res: Response },
  session: VerifiedSession,
  deps: StepUpDeps,
) {
  const user = await findUser(deps.db, { id: session.userId });
  if (!user) throw new Problem('not_signed_in');
  return resignSession(exchange, user, { ...session, provenAt: nowInSeconds() }, deps);
}
