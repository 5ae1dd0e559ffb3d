import { z } from 'zod';
import { idParams } from '../../shared/contract/ids.ts';
import { soldOrder } from '../../shared/contract/orders.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { soldOrders } from './sold-orders.ts';

export function listSoldOrders({ db, reader }: Pick<Deps, 'db' | 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/orders',
    summary: 'List a drop’s orders with their buyers, the newest first',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    params: idParams,
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(soldOrder), description: 'Orders' },
    problems: [],
    async handle({ params: { id }, query, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      return reader.read(session, (replica) => soldOrders(replica, id, query));
    },
  });
}
