import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop } from '../../shared/drops/drop.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Database } from '../../shared/mysql/connect.ts';

export type QuietDeps = { inventory: Inventory; db: Database; drop: Drop; isAnybodyBusy: () => boolean };

/** Poll interval; two polls in a row must find the drop quiet. */
const pollIntervalMs = 500;

/**
 * Waits until no hold is live, no payment or refund is open, nobody in standby waits for seats that are free, and every buyer
 * except those in standby is done. Since machines differ in speed, it waits as long as something changes. Returns
 * false if nothing has changed for `stillMs`, or after `longestMs` in total.
 * @param progress text that changes whenever a buyer makes progress
 */
export async function waitUntilQuiet(
  deps: QuietDeps & { progress: () => string },
  { stillMs, longestMs }: { stillMs: number; longestMs: number },
): Promise<boolean> {
  const since = performance.now();
  let lastState = '';
  let changedAt = since;
  let quietPolls = 0;
  while (performance.now() - changedAt < stillMs && performance.now() - since < longestMs) {
    // An unreachable server counts as not quiet.
    quietPolls = (await isQuiet(deps).catch(() => false)) ? quietPolls + 1 : 0;
    if (quietPolls === 2) return true;
    const counts = await deps.inventory.counts(deps.drop).catch(() => undefined);
    const state = `${deps.progress()} ${JSON.stringify(counts)}`;
    if (state !== lastState) changedAt = performance.now();
    lastState = state;
    await sleep(pollIntervalMs);
  }
  return false;
}

async function isQuiet({ inventory, db, drop, isAnybodyBusy }: QuietDeps): Promise<boolean> {
  if (isAnybodyBusy()) return false;
  const counts = await inventory.counts(drop);
  if (!counts || counts.held + counts.paying > 0) return false;
  const openAttempt: unknown = await db('payment_attempts')
    .where({ drop_id: drop.id })
    .whereIn('status', ['pending', 'refund_due'])
    .first('hold_id');
  if (openAttempt) return false;
  const openRefund: unknown = await db('refunds')
    .join('orders', 'orders.id', 'refunds.order_id')
    .where({ drop_id: drop.id })
    .where((open) => void open.where('refunds.status', 'due').orWhereNull('refunds.reopened_at'))
    .first('refunds.number');
  if (openRefund) return false;
  for (const place of places(drop.id, drop.partitions)) {
    const unfinished = [await inventory.untold(place, 0), await inventory.transfers(place)];
    if (unfinished.some((list) => list.length > 0)) return false;
    // Seats that come free in one partition are transferred to standby of another one.
    const wanted = counts.free > 0 ? await inventory.leastWanted(place) : undefined;
    if (wanted !== undefined && wanted <= counts.free) return false;
  }
  return !isAnybodyBusy();
}
