/**
 * Standby ends when a drop closes. By the clock of Redis it has ended at once, whatever anybody says of it; here it is
 * recorded, and those who stood by are told. They are told first: killed in between, they are told again.
 */
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import { places } from '../../shared/inventory/inventory.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import type { SaleDeps } from '../sale-deps.ts';

export type CloseDeps = Pick<SaleDeps, 'db' | 'inventory' | 'announcer' | 'log'>;

export function startClosing(deps: CloseDeps, everyMs = 1_000): Loop {
  const closed = new Map<number, number>();
  return startLoop('close drops', everyMs, deps.log, () => closeDrops(deps, closed));
}

const pageSize = 100;

/**
 * All drops that have closed, but for those that this process has closed already: whatever brings standby back after
 * that (a failover) is met when the drop ends. `closed`: drop -> when it closed. One that fails is tried again.
 */
export async function closeDrops(deps: CloseDeps, closed = new Map<number, number>()): Promise<void> {
  const seen = new Set<number>();
  const faults: unknown[] = [];
  for (let after = 0; ;) {
    const rows: { id: number; closes_at: Date }[] = await deps
      .db('drops')
      .whereNull('sale_ended_at')
      .whereNotNull('stocked_at')
      .where('closes_at', '<=', new Date())
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageSize)
      .select('id', 'closes_at');
    for (const { id } of rows) seen.add(id);
    const due = rows.filter(({ id, closes_at }) => closed.get(id) !== closes_at.getTime());
    const drops = due.length === 0 ? [] : await loadDrops(deps.db, { ids: due.map(({ id }) => id) });
    await Promise.all(
      drops.map(async (drop) => {
        try {
          if (await closeStandby(deps, drop)) closed.set(drop.id, drop.closesAt);
        } catch (error) {
          faults.push(error);
        }
      }),
    );
    if (rows.length < pageSize) break;
    after = rows.at(-1)!.id;
  }
  for (const id of closed.keys()) if (!seen.has(id)) closed.delete(id);
  if (faults.length > 0) throw new AggregateError(faults, 'some drops could not be closed');
}

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
