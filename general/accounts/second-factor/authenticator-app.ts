import { appStart, factorAdded, factorStart, newApp } from '../../../shared/contract/second-factor.ts';
import { transact } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { newSecret, stepOfCode, uriOf } from './app-codes.ts';
import { findChallenge, makeChallenge, takeChallenge } from './challenges.ts';
import { changeFactors, lockFactors } from './factors.ts';
import { removeFactor } from './remove-factor.ts';
import { admitAdding, firstRecoveryCodes } from './start-adding.ts';
import { markProven } from './step-up.ts';
import { tellUser } from './tell-user.ts';

type AppDeps = Pick<Deps, 'db' | 'publicUrl' | 'sessionKeys' | 'secondFactor'>;
const ownAffair = { nothing: 'users change their own second factors, of which they are told by mail' };

export function startApp({ db }: AppDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/app/start',
    summary: 'Begin to add an authenticator app (TOTP)',
    description:
      'The first factor needs the `password`; others a proof of a present one in the last ten minutes.',
    tag: 'Accounts',
    who: 'signed-in',
    body: factorStart,
    success: { status: 200, schema: appStart, description: 'The secret for the app' },
    problems: ['second_factor_again'],
    records: ownAffair,
    async handle({ body: { password }, session, req, res }) {
      const { user } = await admitAdding(db, { session, password, req, res });
      const secret = newSecret();
      const token = await makeChallenge(db, { user_id: user.id, purpose: 'add-app', value: secret });
      return { token, secret, uri: uriOf(secret, user.email) };
    },
  });
}

export function addApp(deps: AppDeps): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/app',
    summary: 'Add the authenticator app, with a code that it shows; it replaces the one before',
    tag: 'Accounts',
    who: 'signed-in',
    body: newApp,
    success: { status: 201, schema: factorAdded, description: 'The session, which has proven it' },
    problems: ['second_factor_wrong', 'second_step_over'],
    records: ownAffair,
    async handle({ body: { token, code }, session, req, res }) {
      const { userId } = session;
      const challenge = await findChallenge(db, { token, purpose: 'add-app', userId });
      const step = stepOfCode(challenge.value, code);
      if (step === undefined) throw new Problem('second_factor_wrong');
      const codes = await transact(db, async (trx) => {
        const { row } = await lockFactors(trx, userId);
        await takeChallenge(trx, challenge);
        await changeFactors(trx, userId, {
          totp_secret: challenge.value,
          totp_added_at: trx.fn.now(3),
          // The code that confirmed it does not sign in too.
          totp_step: step,
        });
        await tellUser(trx, 'second-factor-added', userId);
        return firstRecoveryCodes(trx, row);
      });
      const marked = await markProven({ req, res }, session, deps);
      return { session: marked, ...(codes && { recoveryCodes: codes }) };
    },
  });
}

export function removeApp(deps: AppDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/second-factor/app',
    summary: 'Remove the authenticator app',
    tag: 'Accounts',
    who: 'signed-in',
    needsProof: true,
    success: { status: 204, description: 'Removed, now or before' },
    problems: ['last_second_factor'],
    records: ownAffair,
    handle: ({ session: { userId } }) =>
      removeFactor(deps, userId, async (trx) => {
        await changeFactors(trx, userId, { totp_secret: null, totp_added_at: null, totp_step: null });
      }),
  });
}
