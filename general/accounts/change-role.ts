import { account, roleChange } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { changeUser, toAccount, type UserRow } from './user.ts';

export function changeRole({ db, log }: Pick<Deps, 'db' | 'log'>): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/users/:id/role',
    summary: 'Make a user a shopper, an organizer or an admin',
    description:
      'Permissions change at once; the session itself names the new role only after the next sign-in.',
    tag: 'Accounts',
    who: ['admin'],
    needsProof: true,
    params: idParams,
    body: roleChange,
    success: { status: 200, schema: account, description: 'The account with its new role' },
    problems: [],
    records: 'role_changed',
    async handle({ params: { id }, body: { role }, session, actor }) {
      // Otherwise the last admin could remove themselves.
      if (id === session.userId)
        throw new Problem('not_allowed', { detail: 'You cannot change your own role' });
      const roleOf = (user: UserRow) => ({ role: user.role });
      const user = await changeUser(db, id, actor, 'role_changed', roleOf, (trx) =>
        trx('users').where({ id }).update({ role }),
      );
      log.info({ admin: session.userId, userId: id, role }, 'role changed');
      return toAccount(user);
    },
  });
}
