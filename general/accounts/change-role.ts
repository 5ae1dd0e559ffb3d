import { account, roleChange } from '../../shared/contract/accounts.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findUser, toAccount } from './user.ts';

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
    async handle({ params: { id }, body: { role }, session }) {
      // Otherwise the last admin could remove themselves.
      if (id === session.userId)
        throw new Problem('not_allowed', { detail: 'You cannot change your own role' });
      await retried(db, () => db('users').where({ id }).update({ role }));
      const user = await findUser(db, { id });
      if (!user) throw new Problem('not_found');
      log.info({ admin: session.userId, userId: id, role }, 'role changed');
      return toAccount(user);
    },
  });
}
