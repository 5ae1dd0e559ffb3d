import { ownSeller, sellerDetails } from '../../shared/contract/seller.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { transact } from '../../shared/mysql/connect.ts';
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
    records: 'seller_changed',
    async handle({ body, session: { userId }, actor }) {
      return transact(db, async (trx) => {
        // One change at a time, also the first one, which finds no row of `sellers` to lock.
        await trx('users').where({ id: userId }).forUpdate().first('id');
        const before = await findSeller(trx, userId);
        await writeSeller(trx, userId, body);
        const seller = await findSeller(trx, userId);
        await recordAct(trx, actor, {
          act: 'seller_changed',
          subject: { kind: 'user', id: userId },
          before,
          after: { ...seller },
        });
        return { seller };
      });
    },
  });
}
