import type { Drop } from '../../shared/drops/drop.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { checkCharges, type ListCharges } from './charges.ts';
import { checkNoHoldIsLeft } from './no-hold-is-left.ts';
import { checkOrders, type Order } from '../orders.ts';
import { checkRedisAgrees } from '../redis-agrees.ts';
import type { Replay } from '../replay.ts';
import { finishReplay, replayDrop } from '../replay-drop.ts';
import type { Report } from '../violation.ts';

export type CheckDeps = { inventory: Inventory; db: Database; listCharges: ListCharges };

export type Checked = { replays: Replay[]; orders: Order[] };

/** Checks the rules of docs/invariants.md for a drop in which nothing happens any more, by what the servers have. */
export async function checkDrop(deps: CheckDeps, drop: Drop, report: Report): Promise<Checked> {
  const { inventory, db, listCharges } = deps;
  const replays = finishReplay(await replayDrop({ db, inventory }, drop, report), report);
  await checkRedisAgrees(inventory, drop, replays, report);
  checkNoHoldIsLeft(replays, report);
  const orders = await checkOrders(db, drop, replays, report);
  await checkCharges(db, listCharges, drop.id, { replays, orders }, report);
  return { replays, orders };
}
