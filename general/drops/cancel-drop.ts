import { drop as dropSchema } from '../../shared/contract/drops.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';
import { giveNamesUp, requestRefunds } from '../orders/refund.ts';
import { cancelSale } from '../duties/end-sales.ts';
import { presentDrop } from './present-drop.ts';

/**
 * All that makes it happen, at once: that the drop is cancelled, that the money of each order goes back, that another
 * drop may sell its seats, and, where the drop had ended, that there is something left to do for it.
 */
async function decideToCancel(trx: Database, id: number): Promise<void> {
  await trx('drops')
    .where({ id })
    .update({ cancelled_at: trx.raw('coalesce(cancelled_at, ?)', [new Date()]), sale_ended_at: null });
  await requestRefunds(trx, { drop_id: id });
  await giveNamesUp(trx, id);
}

export function cancelDrop(deps: Pick<Deps, 'db' | 'inventory' | 'announcer' | 'log'>): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/drops/:id/cancel',
    summary: 'Cancel a drop',
    description:
      'Nothing more is sold: holds and standby end at once, and every paid order is refunded, which may take a while. ' +
      'Safe to repeat. It cannot be undone.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: ofOne,
    success: { status: 200, schema: dropSchema, description: 'The drop, cancelled' },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      await transact(db, (trx) => decideToCancel(trx, id));
      // MySQL has it, so it happens; what does not get done here, the duty does.
      await cancelSale(deps, drop).catch((error: unknown) =>
        deps.log.warn({ err: error, dropId: id }, 'the drop is cancelled; the rest follows'),
      );
      const cancelled = await loadDrop(db, id);
      return presentDrop(cancelled ?? drop, session.userId, Date.now());
    },
  });
}
