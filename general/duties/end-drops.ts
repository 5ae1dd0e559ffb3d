/**
 * Ends drops that are cancelled or closed. The holds and standby of a cancelled drop end and its orders are refunded.
 * Once nothing is held, being paid or on standby, the sweeper can stop looking after the drop.
 */
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { places } from '../../shared/inventory/keys.ts';
import { wasStocked } from '../../shared/ledger/archive.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round, type Worked, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { closeStandby, type CloseDeps } from '../drops/close-drops.ts';

/** Milliseconds after closing during which entries accepted before it may still be decided. */
export const decidedWithinMs = 600_000;

export function startEndingDrops(deps: CloseDeps, everyMs = 2_000): Loop {
  return startLoop('end drops', everyMs, deps.log, createEndDrops(deps, { firstPauseMs: everyMs }));
}

type Over = { id: number; partitions: number };

export function createEndDrops(deps: CloseDeps, times: Partial<WorkOffTimes> = {}): Round {
  return createWorkOff<Over>({
    name: 'end drops',
    log: deps.log,
    // Usually it waits for holds to end, so a delay of seconds does not matter.
    longestPauseMs: 30_000,
    ...times,
    page: (after, limit) => dropsThatAreOver(deps, after, limit),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => deps.inventory.nodesOf(places(id, partitions)),
    async work({ id }) {
      const drop = await loadDrop(deps.db, id);
      return drop ? endDrop(deps, drop) : 'done';
    },
  });
}

async function dropsThatAreOver({ db }: CloseDeps, after: Over | undefined, limit: number): Promise<Over[]> {
  return db('drops')
    .whereNull('sale_ended_at')
    .where((over) => {
      void over
        .whereNotNull('cancelled_at')
        .orWhere('closes_at', '<', new Date(Date.now() - decidedWithinMs));
    })
    .where('id', '>', after?.id ?? 0)
    .orderBy('id')
    .limit(limit)
    .select('id', 'partitions');
}

/** One step towards the end of a drop that is over. Safe to repeat, and by several at once. */
export async function endDrop(deps: CloseDeps, drop: Drop): Promise<Worked> {
  const { db, inventory } = deps;
  if (drop.cancelled) await cancelSale(deps, drop);
  const counts = await inventory.counts(drop);
  // If Redis has lost the drop, nobody knows what was held; a rebuild restores it.
  if (!counts && (await wasStocked(db, drop.id)))
    throw new Error(`Redis has lost drop ${drop.id}: npm run rebuild -- ${drop.id}`);
  if (counts && !(await endPartitions(deps, drop))) return 'later';
  // A payment under way may have become an order since the refunds were requested above.
  if (drop.cancelled) await requestRefunds(db, { drop_id: drop.id });
  await inventory.endDrop(drop.id);
  const ended = await db('drops')
    .where({ id: drop.id })
    // If the drop was cancelled meanwhile, it has not ended.
    .modify((same) => void (drop.cancelled ? same : same.whereNull('cancelled_at')))
    .update({ sale_ended_at: new Date() });
  return ended === 1 ? 'done' : 'later';
}

/**
 * Ends every partition, so that no seat is given out from then on, whatever is still decided. Returns false while a
 * seat is held, being paid or moving between partitions, or a buyer is on standby.
 */
async function endPartitions(deps: CloseDeps, drop: Drop): Promise<boolean> {
  if (!drop.cancelled) await closeStandby(deps, drop);
  const ends = [];
  for (const place of places(drop.id, drop.partitions)) ends.push(await deps.inventory.end(place));
  return !ends.includes('busy');
}

/** Ends holds and standby in Redis, tells their buyers, and marks every paid order for its refund. Safe to repeat. */
export async function cancelSale({ db, inventory, announcer }: CloseDeps, drop: Drop): Promise<void> {
  // Money first: it needs no Redis.
  await requestRefunds(db, { drop_id: drop.id });
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
}
