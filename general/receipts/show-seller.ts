import { ownSeller } from '../../shared/contract/seller.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findSeller } from './seller.ts';

export function showSeller({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/seller',
    summary: 'Show who you are on receipts',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    success: { status: 200, schema: ownSeller, description: 'What you entered' },
    problems: [],
    handle: async ({ session }) => ({ seller: await findSeller(db, session.userId) }),
  });
}
