import { me } from '../../shared/contract/accounts.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findUser } from './user.ts';

export function whoAmI({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/me',
    summary: 'Show the user of this session',
    tag: 'Accounts',
    who: 'signed-in',
    scopes: ['tickets'],
    success: { status: 200, schema: me, description: 'The user' },
    problems: [],
    async handle({ session }) {
      const found = await findUser(db, { id: session.userId });
      if (!found) throw new Problem('not_signed_in');
      return { user: found, ...(session.scope && { scope: session.scope }) };
    },
  });
}
