import { signedIn } from '../../../shared/contract/accounts.ts';
import { factorProof } from '../../../shared/contract/second-factor.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { nowInSeconds, openSession, type SessionDeps } from '../open-session.ts';
import { findUser } from '../user.ts';
import { proveFactor } from './prove-factor.ts';

export function takeSecondStep(deps: SessionDeps): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-step',
    summary: 'Finish signing in: prove the second factor',
    description:
      'With the `token` from the answer 202 of a sign-in or of a new password, which is valid for five minutes. After ' +
      'a wrong code another one can be sent; a passkey answers once. After ten wrong codes within half an hour no code ' +
      'is accepted until it is over.',
    tag: 'Accounts',
    who: 'anyone',
    body: factorProof,
    success: { status: 200, schema: signedIn, description: 'A session, also as a cookie' },
    problems: ['second_factor_wrong', 'second_step_over'],
    async handle({ body, req, res }) {
      const readAt = nowInSeconds();
      const { user_id: id, sessions_since: before } = await proveFactor(deps, body, { purpose: 'sign-in' });
      const user = await findUser(db, { id });
      // A ban, a new password or the end of all sessions since the first step ends this sign-in too.
      if (!user || user.sessions_since?.getTime() !== before?.getTime())
        throw new Problem('second_step_over');
      return openSession({ req, res }, user, readAt, deps, nowInSeconds());
    },
  });
}
