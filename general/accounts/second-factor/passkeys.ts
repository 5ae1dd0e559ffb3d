import {
  factorAdded,
  factorStart,
  newPasskey,
  passkeyParams,
  passkeyStart,
} from '../../../shared/contract/second-factor.ts';
import { isDuplicateKey, transact } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { findChallenge, makeChallenge, takeChallenge } from './challenges.ts';
import { lockFactors } from './factors.ts';
import { askForNewPasskey, newPasskeyOf, passkeysPossible } from './passkey-checks.ts';
import { removeFactor } from './remove-factor.ts';
import { admitAdding, firstRecoveryCodes } from './start-adding.ts';
import { markProven } from './step-up.ts';
import { tellUser } from './tell-user.ts';

const mostPasskeys = 20;

type PasskeyDeps = Pick<Deps, 'db' | 'publicUrl' | 'sessionKeys' | 'secondFactor'>;
const ownAffair = { nothing: 'users change their own second factors, of which they are told by mail' };

export function startPasskey({ db, publicUrl }: PasskeyDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/passkeys/start',
    summary: 'Begin to add a passkey',
    description:
      'The first factor needs the `password`; others a proof of a present one in the last ten minutes.',
    tag: 'Accounts',
    who: 'signed-in',
    body: factorStart,
    success: { status: 200, schema: passkeyStart, description: 'Options for `navigator.credentials.create`' },
    problems: ['passkeys_not_possible', 'second_factor_again', 'too_many_passkeys'],
    records: ownAffair,
    async handle({ body: { password }, session, req, res }) {
      if (!passkeysPossible(publicUrl)) throw new Problem('passkeys_not_possible');
      const { user, factors } = await admitAdding(db, { session, password, req, res });
      if (factors.passkeys.length >= mostPasskeys) throw new Problem('too_many_passkeys');
      const options = await askForNewPasskey(publicUrl, user, factors.passkeys);
      const value = options.challenge;
      const token = await makeChallenge(db, { user_id: user.id, purpose: 'add-passkey', value });
      return { token, options: { ...options } };
    },
  });
}

export function addPasskey(deps: PasskeyDeps): Route {
  const { db, publicUrl } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/passkeys',
    summary: 'Add a passkey',
    tag: 'Accounts',
    who: 'signed-in',
    body: newPasskey,
    success: { status: 201, schema: factorAdded, description: 'The session, which has proven it' },
    problems: ['second_factor_wrong', 'second_step_over', 'too_many_passkeys'],
    records: ownAffair,
    async handle({ body: { token, name, response }, session, req, res }) {
      const { userId } = session;
      const challenge = await findChallenge(db, { token, purpose: 'add-passkey', userId });
      await takeChallenge(db, challenge);
      const passkey = await newPasskeyOf(publicUrl, challenge.value, response);
      if (!passkey) throw new Problem('second_factor_wrong');
      const codes = await transact(db, async (trx) => {
        const { passkeys, row } = await lockFactors(trx, userId);
        if (passkeys.length >= mostPasskeys) throw new Problem('too_many_passkeys');
        await trx('passkeys').insert({ ...passkey, user_id: userId, name, created_at: trx.fn.now(3) });
        await tellUser(trx, 'second-factor-added', userId);
        return firstRecoveryCodes(trx, row);
      }).catch((error: unknown) => {
        // Of this or another account: browsers do not offer it, so somebody made this answer.
        throw isDuplicateKey(error, 'passkeys_credential') ? new Problem('second_factor_wrong') : error;
      });
      const marked = await markProven({ req, res }, session, deps);
      return { session: marked, ...(codes && { recoveryCodes: codes }) };
    },
  });
}

export function removePasskey(deps: PasskeyDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/second-factor/passkeys/:id',
    summary: 'Remove a passkey',
    tag: 'Accounts',
    who: 'signed-in',
    needsProof: true,
    params: passkeyParams,
    success: { status: 204, description: 'Removed' },
    problems: ['last_second_factor'],
    records: ownAffair,
    handle: ({ params: { id }, session }) =>
      removeFactor(deps, session.userId, async (trx) => {
        const removed = await trx('passkeys').where({ id, user_id: session.userId }).delete();
        if (removed === 0) throw new Problem('not_found');
      }),
  });
}
