/**
 * Ends standby when a drop closes. By the clock of Redis standby has ended at that moment; this duty records it and
 * notifies the buyers who were waiting. They are notified before the record is written, so after a crash in between
 * they are notified again.
 */
import { LRUCache } from 'lru-cache';
import type { Drop } from '../../shared/drops/drop.ts';
import { places } from '../../shared/inventory/keys.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import type { Deps } from '../deps.ts';

export type CloseDeps = Pick<Deps, 'db' | 'inventory' | 'announcer' | 'log'>;

export function startClosing(deps: CloseDeps, everyMs = 1_000): Loop {
  return startLoop('close drops', everyMs, deps.log, createCloseDrops(deps));
}

type Closed = { id: number; partitions: number; closesAt: Date };

/**
 * Handles all closed drops, except those this process has closed already. If a failover brings standby back after
 * that, it ends when the drop ends (end-drops.ts).
 */
export function createCloseDrops(deps: CloseDeps, times: Partial<WorkOffTimes> = {}): Round {
  /** Closing times by drop. A forgotten drop is closed once more, which changes nothing. */
  const closed = new LRUCache<number, number>({ max: 10_000 });
  return createWorkOff<Closed>({
    name: 'close drops',
    log: deps.log,
    longestPauseMs: 10_000,
    ...times,
    page: (after, limit) =>
      deps
        .db('drops')
        .whereNull('sale_ended_at')
        .whereNotNull('stocked_at')
        .where('closes_at', '<=', new Date())
        .where('id', '>', after?.id ?? 0)
        .orderBy('id')
        .limit(limit)
        .select('id', 'partitions', 'closes_at as closesAt'),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => deps.inventory.nodesOf(places(id, partitions)),
    async work({ id, partitions, closesAt }) {
      const at = closesAt.getTime();
      if (closed.get(id) === at) return 'done';
      if (!(await closeStandby(deps, { id, partitions, closesAt: at }))) return 'later';
      closed.set(id, at);
      return 'done';
    },
  });
}

/**
 * Ends standby in all partitions. Returns false if the clock of Redis has not reached the closing time in one of
 * them. Safe to repeat.
 */
export async function closeStandby(
  { inventory, announcer }: Pick<CloseDeps, 'inventory' | 'announcer'>,
  drop: Pick<Drop, 'id' | 'partitions' | 'closesAt'>,
): Promise<boolean> {
  let all = true;
  for (const place of places(drop.id, drop.partitions)) {
    for (let told: number[] = []; ;) {
      const closed = await inventory.close(place, drop.closesAt, told);
      if (closed.kind !== 'closed') all = false;
      if (closed.kind !== 'closed' || closed.tell.length === 0) break;
      told = closed.tell;
      await announcer.tell({
        dropId: drop.id,
        soldOut: [],
        events: told.map((to) => ({
          to,
          event: 'hold:released',
          entry: { status: 'released', version: closed.version, reason: 'closed' },
        })),
      });
    }
  }
  return all;
}
