/**
 * A drop is agreed on in MySQL and sold from Redis. `stocked_at` says that Redis has its seats and limits as MySQL
 * has them; every write that changes these clears it. A crash between the two leaves it empty, and the duty here
 * does what is left to do.
 */
import { loadDrop } from '../../shared/drops/drop.ts';
import { beginArchive } from '../../shared/ledger/archive.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import { transact } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';

type StockDeps = Pick<Deps, 'db' | 'inventory' | 'log'>;

/** Milliseconds between two looks. */
const interval = 1_000;

export function startStocking(deps: StockDeps): Loop {
  return startLoop('stock drops', interval, deps.log, () => stockDrops(deps));
}

/** Stocks whatever waits for it. One drop that cannot be stocked does not keep the others waiting. */
export async function stockDrops(deps: StockDeps): Promise<void> {
  const waiting: { id: number }[] = await deps
    .db('drops')
    .whereNull('stocked_at')
    .whereNull('cancelled_at')
    .where('closes_at', '>', new Date())
    .select('id');
  const failures: unknown[] = [];
  for (const { id } of waiting) await stockDrop(deps, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'some drops could not be stocked');
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
 * What Redis is told it may be told again.
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
    if ((await inventory.stock(drop, { again })) === 'lost')
      throw new Error(`Redis has lost drop ${id}: npm run rebuild -- ${id}`);
    await trx('drops')
      .where({ id })
      .update({ stocked_at: trx.fn.now(3) });
  });
}
