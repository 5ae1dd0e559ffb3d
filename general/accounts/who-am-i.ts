import { z } from 'zod';
import { user } from '../../shared/contract/accounts.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findUser } from './user.ts';

export function whoAmI({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/me',
    summary: 'Tell whose session this is',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: z.object({ user }), description: 'The user' },
    problems: [],
    async handle({ session }) {
      const me = await findUser(db, { id: session.userId });
      if (!me) throw new Problem('not_signed_in');
      return { user: me };
    },
  });
}
