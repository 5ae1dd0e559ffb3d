import { me, profileChange } from '../../shared/contract/accounts.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentUser } from './present-user.ts';
import { findUser } from './user.ts';

export function changeProfile({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/me',
    summary: 'Change your name, or the language of your mails',
    description: 'A language that was chosen here is not changed by signing in.',
    tag: 'Accounts',
    who: 'signed-in',
    body: profileChange,
    success: { status: 200, schema: me, description: 'The user, as changed' },
    problems: [],
    records: { nothing: 'users change their own name and language' },
    async handle({ body: { name, locale }, session }) {
      const { userId: id, scope } = session;
      const changes = {
        ...(name !== undefined && { name }),
        ...(locale !== undefined && { locale, locale_is_chosen: true }),
      };
      await retried(db, () => db('users').where({ id }).update(changes));
      const user = await findUser(db, { id });
      if (!user) throw new Problem('not_signed_in');
      return presentUser(user, scope);
    },
  });
}
