import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop } from '../../shared/drops/drop.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Database } from '../../shared/mysql/connect.ts';

export type QuietDeps = { inventory: Inventory; db: Database; drop: Drop; isAnybodyBusy: () => boolean };

/** Milliseconds between two looks; two in a row must find nothing going on. */
const lookEvery = 500;

/**
 * Waits until no hold is live, no payment is open, nobody stands by for seats that are free, and every buyer but those
 * in standby is done. Slow machines need their time, so it goes on for as long as something changes: false when nothing
 * has for `stillMs`, or after `longestMs` in all.
 * @param progress text that changes with what goes on among the buyers
 */
export async function waitUntilQuiet(
  deps: QuietDeps & { progress: () => string },
  { stillMs, longestMs }: { stillMs: number; longestMs: number },
): Promise<boolean> {
  const since = performance.now();
  let seen = '';
  let changedAt = since;
  let quietLooks = 0;
  while (performance.now() - changedAt < stillMs && performance.now() - since < longestMs) {
    // While a server cannot be asked, nobody knows that it is quiet.
    quietLooks = (await isQuiet(deps).catch(() => false)) ? quietLooks + 1 : 0;
    if (quietLooks === 2) return true;
    const counts = await deps.inventory.counts(deps.drop).catch(() => undefined);
    const now = `${deps.progress()} ${JSON.stringify(counts)}`;
    if (now !== seen) changedAt = performance.now();
    seen = now;
    await sleep(lookEvery);
  }
  return false;
}

async function isQuiet({ inventory, db, drop, isAnybodyBusy }: QuietDeps): Promise<boolean> {
  if (isAnybodyBusy()) return false;
  const counts = await inventory.counts(drop);
  if (!counts || counts.held + counts.paying > 0) return false;
  const open: unknown = await db('payment_attempts')
    .where({ drop_id: drop.id })
    .whereIn('status', ['pending', 'refund_due'])
    .first('hold_id');
  if (open) return false;
  for (const place of places(drop.id, drop.partitions)) {
    const unfinished = [await inventory.untold(place, 0), await inventory.transfers(place)];
    if (unfinished.some((list) => list.length > 0)) return false;
    // Seats that came free in one partition are brought to who waits for them in another one.
    const wanted = counts.free > 0 ? await inventory.leastWanted(place) : undefined;
    if (wanted !== undefined && wanted <= counts.free) return false;
  }
  return !isAnybodyBusy();
}
