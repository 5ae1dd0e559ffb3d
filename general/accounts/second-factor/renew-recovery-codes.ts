import { recoveryCodeList } from '../../../shared/contract/second-factor.ts';
import { transact } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { changeFactors, countFactors, lockFactors } from './factors.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';

export function renewRecoveryCodes({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/second-factor/recovery-codes',
    summary: 'Get new recovery codes; those before are no longer valid',
    tag: 'Accounts',
    who: 'signed-in',
    needsProof: true,
    success: { status: 201, schema: recoveryCodeList, description: 'The codes, shown this once' },
    problems: ['second_factor_required'],
    records: { nothing: 'users change their own second factors' },
    async handle({ session: { userId } }) {
      const { codes, hashes } = makeRecoveryCodes();
      await transact(db, async (trx) => {
        if (countFactors(await lockFactors(trx, userId)) === 0) throw new Problem('second_factor_required');
        await changeFactors(trx, userId, { recovery_hashes: JSON.stringify(hashes) });
      });
      return { recoveryCodes: codes };
    },
  });
}
