/**
 * A drop is agreed on in MySQL and sold from Redis. `stocked_at` says that Redis has its seats and limits as MySQL
 * has them; every write that changes these clears it. A crash between the two leaves it empty, and the duty here
 * does what is left to do.
 */
import { loadDrop } from '../../shared/drops/drop.ts';
import { inTime, TooLate } from '../../shared/tier/in-time.ts';
import { places } from '../../shared/inventory/keys.ts';
import { beginArchive } from '../../shared/ledger/archive.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { createWorkOff, type Round } from '../../shared/tier/work-off.ts';
import type { Deps } from '../deps.ts';

type StockDeps = Pick<Deps, 'db' | 'inventory' | 'log'>;

/** Milliseconds between two looks, and those that Redis gets to answer. */
const interval = 1_000;
const patienceMs = 5_000;

export function startStocking(deps: StockDeps): Loop {
  return startLoop('stock drops', interval, deps.log, createStocking(deps));
}

/** Stocks whatever waits for it. One drop that cannot be stocked does not keep the others waiting. */
export function createStocking(deps: StockDeps): Round {
  const { db, inventory, log } = deps;
  return createWorkOff<{ id: number; partitions: number }>({
    name: 'stock drops',
    log,
    page: (after, limit) =>
      db('drops')
        .whereNull('stocked_at')
        .whereNull('cancelled_at')
        .where('closes_at', '>', new Date())
        .where('id', '>', after?.id ?? 0)
        .orderBy('id')
        .limit(limit)
        .select('id', 'partitions'),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    // Each takes a connection to MySQL for as long as Redis takes.
    atOnce: 1,
    longestPauseMs: 15_000,
    async work({ id }) {
      await stockDrop(deps, id);
      return 'done';
    },
  });
}

/** Stocks it now if that works, else the duty will: what MySQL has is not undone because Redis is away. */
export async function stockDropSoon(deps: StockDeps, id: number): Promise<void> {
  try {
    await stockDrop(deps, id);
  } catch (error) {
    deps.log.warn({ err: error, dropId: id }, 'the drop will be stocked later');
  }
}

/**
 * The row stays locked while Redis is told, so that of two edits the limits that come last are the later ones.
 * What Redis is told it may be told again. A node that does not answer must not keep row and connection.
 */
async function stockDrop({ db, inventory }: StockDeps, id: number): Promise<void> {
  await transact(db, async (trx) => {
    const waiting: unknown = await trx('drops')
      .where({ id })
      .whereNull('stocked_at')
      .whereNull('cancelled_at')
      .forUpdate()
      .first('id');
    if (!waiting) return;
    const drop = await loadDrop(trx, id);
    if (!drop) return;
    // What was on sale once is never put on sale from scratch: seats that are sold would be free again.
    const again = !(await beginArchive(trx, drop));
    const told = inventory.stock(drop, { again });
    const outcome = await inTime(told, patienceMs).catch((error: unknown) => {
      if (error instanceof TooLate) void told.then(() => stockAgain(db, id)).catch(() => {});
      throw error;
    });
    if (outcome === 'lost') throw new Error(`Redis has lost drop ${id}: npm run rebuild -- ${id}`);
    await trx('drops')
      .where({ id })
      .update({ stocked_at: trx.fn.now(3) });
  });
}

/** What a node did after all, long after it was asked, may be older than what it was told since. */
async function stockAgain(db: Database, id: number): Promise<void> {
  await db('drops').where({ id }).whereNull('sale_ended_at').update({ stocked_at: null });
}
