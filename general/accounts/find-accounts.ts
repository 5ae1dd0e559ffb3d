import { z } from 'zod';
import { account, userSearch } from '../../shared/contract/accounts.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findUser, toAccount } from './user.ts';

export function findAccounts({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/users',
    summary: 'Find the account with an e-mail address',
    tag: 'Accounts',
    who: ['admin'],
    query: userSearch,
    success: {
      status: 200,
      schema: z.object({ items: z.array(account) }),
      description: 'One account or none',
    },
    problems: [],
    async handle({ query: { email } }) {
      const found = await findUser(db, { email });
      return { items: found ? [toAccount(found)] : [] };
    },
  });
}
