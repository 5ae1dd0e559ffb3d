import { foundOrder, orderSearch } from '../../shared/contract/orders.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findOrderIds } from './find-order-ids.ts';
import { presentFoundOrders, newestOrders } from './found-orders.ts';

/** More matches are of no use to anybody, and sorting them would take longer and longer. */
const maxMatches = 1_000;

export function searchOrders({ reader }: Pick<Deps, 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/search',
    summary: 'Find orders by id, buyer, seat or the provider’s id, the newest first',
    description:
      'Organizers find orders of their own drops, admins all. `search_too_broad`: more than 1,000 orders match.',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    query: orderSearch,
    success: { status: 200, schema: pageOf(foundOrder), description: 'Orders' },
    problems: ['search_too_broad'],
    async handle({ query: { q, limit, after }, session }) {
      const organizerId = session.role === 'admin' ? undefined : session.userId;
      return reader.read(session, async (db) => {
        const ids = await findOrderIds(db, q, { organizerId }, maxMatches + 1);
        if (ids.size > maxMatches) throw new Problem('search_too_broad');
        const rows = await newestOrders(db, [...ids], limit + 1, readCursor(after));
        const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }));
        return { items: await presentFoundOrders(db, page), next };
      });
    },
  });
}
