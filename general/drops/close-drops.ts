/**
 * Standby ends when a drop closes. By the clock of Redis it has ended at once, whatever anybody says of it; here it is
 * recorded, and those who stood by are told. They are told first: killed in between, they are told again.
 */
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
 * All drops that have closed, but for those that this process has closed already: whatever brings standby back after
 * that (a failover) is met when the drop ends.
 */
export function createCloseDrops(deps: CloseDeps, times: Partial<WorkOffTimes> = {}): Round {
  const closed = new Map<number, number>();
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
      const [oldest] = closed.keys();
      if (closed.size > mostRemembered && oldest !== undefined) closed.delete(oldest);
      return 'done';
    },
  });
}

/** Drops of which this process remembers that it has closed them; others are closed once more, which does nothing. */
const mostRemembered = 10_000;

/** Whether standby has ended in all partitions: not where the clock of Redis is behind. Safe to repeat. */
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
