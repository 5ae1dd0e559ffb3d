import { z } from 'zod';
import { order } from '../../shared/contract/orders.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { withContacts } from './contacts.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';

export function listOrders({ db, supportEmail }: Pick<Deps, 'db' | 'supportEmail'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders',
    summary: 'List your own orders, the newest first',
    tag: 'Orders',
    who: 'signed-in',
    scopes: ['tickets'],
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(order), description: 'Orders' },
    problems: [],
    async handle({ query: { limit, after }, session }) {
      const cursor = readCursor(after);
      const rows: OrderRow[] = await db<OrderRow>('orders')
        .where({ user_id: session.userId })
        .modify((query) => {
          if (cursor) void query.whereRaw('(created_at, id) < (?, ?)', [cursor.time, cursor.key]);
        })
        .orderBy([
          { column: 'created_at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(limit + 1);
      const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }));
      return { items: await withContacts(db, await presentOrders(db, page), supportEmail), next };
    },
  });
}
