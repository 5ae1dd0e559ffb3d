import { account, userSearch } from '../../shared/contract/accounts.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { toAccount, type UserRow } from './user.ts';

export function findAccounts({ reader }: Pick<Deps, 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/users',
    summary: 'List or search accounts, the newest first',
    tag: 'Accounts',
    who: ['admin'],
    query: userSearch,
    success: { status: 200, schema: pageOf(account), description: 'Accounts' },
    problems: [],
    async handle({ query: { email, query: text, limit, after }, session }) {
      const cursor = readCursor(after);
      const rows: UserRow[] = await reader.read(session, (db) =>
        db<UserRow>('users')
          .whereNull('deleted_at')
          .modify((users) => {
            if (email !== undefined) void users.where({ email });
            if (text !== undefined && text !== '') {
              const pattern = text.replace(/[\\%_]/g, (special) => `\\${special}`);
              void users.where((either) => {
                void either.where('email', 'like', `${pattern}%`).orWhere('name', 'like', `%${pattern}%`);
              });
            }
            // Ids grow with time and are the primary key, so the result needs no sorting.
            if (cursor) void users.where('id', '<', Number.parseInt(cursor.key, 10) || 0);
          })
          .orderBy('id', 'desc')
          .limit(limit + 1),
      );
      const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: String(row.id) }));
      return { items: page.map(toAccount), next };
    },
  });
}
