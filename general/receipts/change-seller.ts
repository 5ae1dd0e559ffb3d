import { ownSeller, sellerDetails } from '../../shared/contract/seller.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findSeller, writeSeller } from './seller.ts';

export function changeSeller({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/seller',
    summary: 'Enter who you are on receipts',
    description:
      'Name, address and tax number on the receipts of orders that are paid from now on. Orders that were paid before keep ' +
      'what was entered then.',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    body: sellerDetails,
    success: { status: 200, schema: ownSeller, description: 'What is entered now' },
    problems: [],
    async handle({ body, session }) {
      await writeSeller(db, session.userId, body);
      return { seller: await findSeller(db, session.userId) };
    },
  });
}
