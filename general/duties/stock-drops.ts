/**
 * A drop is defined in MySQL and sold from Redis. `stocked_at` says that Redis has the drop's seats and limits as in
 * MySQL; every write that changes these clears it. After a crash between the two writes it is empty, and this duty
 * stocks the drop.
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

/** The interval between two rounds, and how long Redis may take to answer. */
const intervalMs = 1_000;
const redisTimeoutMs = 5_000;

export function startStocking(deps: StockDeps): Loop {
  return startLoop('stock drops', intervalMs, deps.log, createStocking(deps));
}

/** Stocks every drop that is not stocked. One drop that cannot be stocked does not hold up the others. */
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
    // Each occupies a MySQL connection while Redis answers.
    atOnce: 1,
    longestPauseMs: 15_000,
    async work({ id }) {
      await stockDrop(deps, id);
      return 'done';
    },
  });
}

/**
 * Stocks the drop now; if that fails, the duty does it later. A committed change in MySQL is not undone because Redis
 * does not answer.
 */
export async function stockDropSoon(deps: StockDeps, id: number): Promise<void> {
  try {
    await stockDrop(deps, id);
  } catch (error) {
    deps.log.warn({ err: error, dropId: id }, 'the drop will be stocked later');
  }
}

/**
 * The row stays locked while Redis is written, so that of two edits the later limits arrive last. Redis may receive
 * the same terms twice. A node that does not answer must not keep the row and the connection, so the wait is limited.
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
    // A drop that was on sale is never stocked from scratch: its sold seats would be free again.
    const again = !(await beginArchive(trx, drop));
    const stocking = inventory.stock(drop, { again });
    const outcome = await inTime(stocking, redisTimeoutMs).catch((error: unknown) => {
      if (error instanceof TooLate) void stocking.then(() => stockAgain(db, id)).catch(() => {});
      throw error;
    });
    if (outcome === 'lost') throw new Error(`Redis has lost drop ${id}: npm run rebuild -- ${id}`);
    await trx('drops')
      .where({ id })
      .update({ stocked_at: trx.fn.now(3) });
  });
}

/** A write that a node makes after the time limit may be older than a later one, so the drop is stocked again. */
async function stockAgain(db: Database, id: number): Promise<void> {
  await db('drops').where({ id }).whereNull('sale_ended_at').update({ stocked_at: null });
}
