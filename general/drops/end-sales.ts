/**
 * What is left to do for drops that are cancelled or closed: holds and standby of a cancelled one end and its orders
 * are refunded; once nothing is held, being paid or standing by, the sweeper need not look after the drop any more.
 */
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import { places } from '../../shared/inventory/inventory.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import { advanceRefund, openRefunds, requestRefunds } from '../orders/refund.ts';
import type { SaleDeps } from '../sale-deps.ts';

/** Milliseconds after closing during which entries accepted before it may still be decided. */
export const decidedBy = 600_000;

export function startEndingSales(deps: SaleDeps, everyMs = 2_000): Loop {
  return startLoop('end sales', everyMs, deps.log, async () => {
    await endSales(deps);
    await advanceRefunds(deps);
  });
}

async function endSales(deps: SaleDeps): Promise<void> {
  const { db, inventory } = deps;
  const rows: { id: number }[] = await db('drops')
    .whereNull('sale_ended_at')
    .whereNotNull('stocked_at')
    .where((over) => {
      void over.whereNotNull('cancelled_at').orWhere('closes_at', '<', new Date(Date.now() - decidedBy));
    })
    .limit(100)
    .select('id');
  if (rows.length === 0) return;
  for (const drop of await loadDrops(db, { ids: rows.map(({ id }) => id) })) {
    if (drop.cancelled) await cancelSale(deps, drop);
    const counts = await inventory.counts(drop);
    if (counts && counts.held + counts.paying + counts.standby > 0) continue;
    // A payment that was under way may have become an order since the refunds were requested above.
    if (drop.cancelled) await requestRefunds(db, { drop_id: drop.id });
    await inventory.endSale(drop.id);
    await db('drops').where({ id: drop.id }).update({ sale_ended_at: new Date() });
  }
}

/** Ends holds and standby in Redis, tells their buyers, and marks every paid order for its refund. Safe to repeat. */
export async function cancelSale({ db, inventory, announcer }: SaleDeps, drop: Drop): Promise<void> {
  for (const place of places(drop.id, drop.partitions)) {
    for (let left = 1; left > 0;) {
      const cancelled = await inventory.cancel(place);
      left = cancelled.left;
      await announcer.tell({
        dropId: drop.id,
        soldOut: [],
        events: cancelled.ended.map((to) => ({
          to,
          event: 'hold:released',
          entry: { status: 'released', version: cancelled.version, reason: 'cancelled' },
        })),
      });
    }
  }
  await requestRefunds(db, { drop_id: drop.id });
}

export async function advanceRefunds(deps: SaleDeps): Promise<void> {
  for (const orderId of await openRefunds(deps.db)) {
    await advanceRefund(deps, orderId).catch((error: unknown) =>
      deps.log.warn({ err: error, orderId }, 'the refund goes on later'),
    );
  }
}
