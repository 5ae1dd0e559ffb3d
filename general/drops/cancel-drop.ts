import { drop as dropSchema } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { freeSeatNames } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { cancelSale } from '../duties/end-drops.ts';
import type { CloseDeps } from './close-drops.ts';
import { presentDrop } from './present-drop.ts';

/**
 * Writes everything the cancellation consists of, in one transaction: the drop is cancelled, each order is marked for
 * refund, the seats may be sold by another drop, and a drop that had ended has work left again.
 */
export async function writeCancellation(
  trx: Database,
  id: number,
  actor: Actor,
  at = new Date(),
): Promise<void> {
  const before: { cancelled_at: Date | null } | undefined = await trx('drops')
    .where({ id })
    .forUpdate()
    .first('cancelled_at');
  await trx('drops')
    .where({ id })
    .update({
      // Who cancels it again has not cancelled it. This comes first, since MySQL assigns from left to right.
      cancelled_by: trx.raw('if(cancelled_at is null, ?, cancelled_by)', [actor.userId]),
      cancelled_at: trx.raw('coalesce(cancelled_at, ?)', [at]),
      sale_ended_at: null,
    });
  const refundedOrders = await requestRefunds(trx, { drop_id: id });
  await freeSeatNames(trx, id);
  const wasCancelled = before?.cancelled_at != null;
  if (wasCancelled && refundedOrders === 0) return;
  await recordAct(trx, actor, {
    act: 'drop_cancelled',
    subject: { kind: 'drop', id },
    before: { cancelled: wasCancelled },
    after: { cancelled: true, refundedOrders },
  });
}

export function cancelDrop(deps: CloseDeps): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/drops/:id/cancel',
    summary: 'Cancel a drop',
    description:
      'No more seats are sold: holds and standby end at once, and every paid order is refunded, which may take a while. ' +
      'Safe to repeat. It cannot be undone.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    needsProof: true,
    params: idParams,
    success: { status: 200, schema: dropSchema, description: 'The cancelled drop' },
    problems: [],
    records: 'drop_cancelled',
    async handle({ params: { id }, session, actor }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      await transact(db, (trx) => writeCancellation(trx, id, actor));
      // MySQL has the cancellation, so it will happen: what fails here, the duty does (end-drops.ts).
      await cancelSale(deps, drop).catch((error: unknown) =>
        deps.log.warn(
          { err: error, dropId: id },
          'the drop is cancelled in MySQL; the duty will end its holds and refund its orders',
        ),
      );
      const cancelled = await loadDrop(db, id);
      return presentDrop(cancelled ?? drop, session.userId, Date.now());
    },
  });
}
