import { organizerRequest, organizerRequestQuery } from '../../shared/contract/organizer-requests.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import { toAccount, type UserRow } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentRequest, type RequestRow } from './request-rows.ts';

export function listOrganizerRequests({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/organizer-requests',
    summary: 'List requests to become an organizer, the newest first',
    tag: 'Accounts',
    who: ['admin'],
    query: organizerRequestQuery,
    success: { status: 200, schema: pageOf(organizerRequest), description: 'Requests with their users' },
    problems: [],
    async handle({ query: { status, limit, after } }) {
      const cursor = readCursor(after);
      const rows: RequestRow[] = await db<RequestRow>('organizer_requests')
        .modify((requests) => {
          if (status !== undefined) void requests.where({ status });
          if (cursor) void requests.where('id', '<', Number.parseInt(cursor.key, 10) || 0);
        })
        .orderBy('id', 'desc')
        .limit(limit + 1);
      const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: String(row.id) }));
      const users = await db<UserRow>('users').whereIn(
        'id',
        page.map(({ user_id }) => user_id),
      );
      const userOf = new Map(users.map((user) => [user.id, toAccount(user)]));
      return { items: page.map((row) => ({ ...presentRequest(row), user: userOf.get(row.user_id)! })), next };
    },
  });
}
