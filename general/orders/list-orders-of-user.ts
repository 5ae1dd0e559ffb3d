import { z } from 'zod';
import { idParams } from '../../shared/contract/ids.ts';
import { foundOrder } from '../../shared/contract/orders.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { newestOrders, presentFoundOrders } from './found-orders.ts';

/** By id: a search by e-mail address also finds buyers whose address begins with it. */
export function listOrdersOfUser({ reader }: Pick<Deps, 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/users/:id/orders',
    summary: 'List a user’s orders of all drops, the newest first',
    tag: 'Orders',
    who: ['admin'],
    params: idParams,
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(foundOrder), description: 'Orders' },
    problems: [],
    async handle({ params: { id }, query: { limit, after }, session }) {
      return reader.read(session, async (db) => {
        const rows = await newestOrders(db, { buyer: id }, limit + 1, readCursor(after));
        const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }));
        return { items: await presentFoundOrders(db, page), next };
      });
    },
  });
}
