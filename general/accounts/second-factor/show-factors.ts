import { factors } from '../../../shared/contract/second-factor.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { currentRole } from '../user.ts';
import { recoveryHashesOf, readFactors } from './factors.ts';
import { needsFactor } from './needs-factor.ts';
import { passkeysPossible } from './passkey-checks.ts';

type ShowDeps = Pick<Deps, 'db' | 'publicUrl' | 'secondFactor'>;

export function showFactors({ db, publicUrl, secondFactor }: ShowDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/second-factor',
    summary: 'Show your second factors',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: factors, description: 'Passkeys, authenticator app, recovery codes' },
    problems: [],
    async handle({ session: { userId, provenAt } }) {
      const [{ passkeys, row }, role] = await Promise.all([readFactors(db, userId), currentRole(db, userId)]);
      return {
        isCompulsory: needsFactor(secondFactor.isCompulsory, role),
        isProven: provenAt !== undefined,
        passkeysPossible: passkeysPossible(publicUrl),
        passkeys: passkeys.map(({ id, name, created_at, used_at }) => ({
          id,
          name,
          createdAt: created_at.toISOString(),
          usedAt: used_at?.toISOString() ?? null,
        })),
        appAddedAt: row?.totp_added_at?.toISOString() ?? null,
        recoveryCodesLeft: row ? recoveryHashesOf(row).length : 0,
      };
    },
  });
}
