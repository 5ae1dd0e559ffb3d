import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Replay, ReplayedHold } from './replay.ts';
import type { Report } from './violation.ts';

/** How long a hold may outlive its time, milliseconds: if its timer failed, the sweeper releases it by then. */
const graceMs = 15_000;
const portion = 1_000;

/** Checks that every hold that has not ended is in Redis in the same state, and that its time is not over (rule 5). */
export async function checkLiveHolds(
  inventory: Pick<Inventory, 'holds'>,
  replays: readonly Replay[],
  now: number,
  report: Report,
): Promise<void> {
  for (const { place, holds } of replays) {
    const live = [...holds.values()].filter(({ state }) => state === 'held' || state === 'paying');
    for (let at = 0; at < live.length; at += portion) {
      const some = live.slice(at, at + portion);
      const known = await inventory.holds(
        place,
        some.map(({ holdId }) => holdId),
      );
      for (const [index, hold] of some.entries()) {
        const fault = faultOf(hold, known[index], now);
        if (fault !== undefined) report('5 holds end', fault, { ...place, ...hold });
      }
    }
  }
}

type Known = Awaited<ReturnType<Inventory['holds']>>[number];

function faultOf(hold: ReplayedHold, known: Known, now: number): string | undefined {
  const { holdId, state, expiresAt } = hold;
  if (!known) return `hold ${holdId} is ${state} by the ledger, and not in Redis`;
  if (known.state !== state) return `hold ${holdId} is ${state} by the ledger, and ${known.state} in Redis`;
  // A hold in payment does not expire: only the provider's decision ends it.
  if (state === 'held' && expiresAt + graceMs < now)
    return `hold ${holdId} is still held ${Math.round((now - expiresAt) / 1000)} s after its time`;
  return undefined;
}
