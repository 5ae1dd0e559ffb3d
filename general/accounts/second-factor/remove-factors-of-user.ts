import { account } from '../../../shared/contract/accounts.ts';
import { idParams } from '../../../shared/contract/ids.ts';
import { factorRemoval } from '../../../shared/contract/second-factor.ts';
import { transact } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import { recordAct } from '../../audit/record-act.ts';
import type { Deps } from '../../deps.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { endAllSessions, lockUser, toAccount } from '../user.ts';
import { removeAllFactors } from './remove-factor.ts';
import { tellUser } from './tell-user.ts';

export function removeFactorsOfUser({
  db,
  bannedUsers,
  log,
}: Pick<Deps, 'db' | 'bannedUsers' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/users/:id/remove-second-factors',
    summary: 'Remove all second factors of a user, who has lost them; their sessions end',
    description:
      'The user is told by mail, and signs in with the password alone the next time. Make sure that it is this user who asks.',
    tag: 'Accounts',
    who: ['admin'],
    needsProof: true,
    params: idParams,
    body: factorRemoval,
    success: { status: 200, schema: account, description: 'The account' },
    problems: [],
    records: 'second_factors_removed',
    async handle({ params: { id }, body: { reason }, session, actor }) {
      if (id === session.userId)
        throw new Problem('not_allowed', { detail: 'Remove your own on the page of your account' });
      const user = await transact(db, async (trx) => {
        const found = await lockUser(trx, id);
        const removed = await removeAllFactors(trx, id);
        if (removed.passkeys === 0 && !removed.app) return found;
        // Who has the lost device may be signed in on it.
        await endAllSessions(trx, id);
        await recordAct(trx, actor, {
          act: 'second_factors_removed',
          subject: { kind: 'user', id },
          before: removed,
          after: { passkeys: 0, app: false, reason },
        });
        await tellUser(trx, 'second-factors-removed', id);
        return found;
      });
      await bannedUsers.refresh();
      log.info({ admin: session.userId, userId: id }, 'second factors removed');
      return toAccount(user);
    },
  });
}
