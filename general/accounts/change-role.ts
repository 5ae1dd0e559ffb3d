import { account, roleChange } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { lockUser, toAccount } from './user.ts';

export function changeRole({ db, log }: Pick<Deps, 'db' | 'log'>): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/users/:id/role',
    summary: 'Make a user a shopper, an organizer or an admin',
    description:
      'Permissions change at once; the session itself names the new role only after the next sign-in.',
    tag: 'Accounts',
    who: ['admin'],
    params: idParams,
    body: roleChange,
    success: { status: 200, schema: account, description: 'The account with its new role' },
    problems: [],
    records: 'role_changed',
    async handle({ params: { id }, body: { role }, session, actor }) {
      // Otherwise the last admin could remove themselves.
      if (id === session.userId)
        throw new Problem('not_allowed', { detail: 'You cannot change your own role' });
      const user = await transact(db, async (trx) => {
        const before = await lockUser(trx, id);
        await trx('users').where({ id }).update({ role });
        await recordAct(trx, actor, {
          act: 'role_changed',
          subject: { kind: 'user', id },
          before: { role: before.role },
          after: { role },
        });
        return { ...before, role };
      });
      log.info({ admin: session.userId, userId: id, role }, 'role changed');
      return toAccount(user);
    },
  });
}
