import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Replay, ReplayedHold } from './replay.ts';
import type { Report } from './violation.ts';

/** Milliseconds by which a hold may outlive its time: a timer that failed is made up for by the sweeper. */
const grace = 15_000;
const portion = 1_000;

/** Every hold that has not ended is in Redis, in the same state, and its time is still to come (rule 5). */
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
  // While it is being paid it has no end but the provider's word.
  if (state === 'held' && expiresAt + grace < now)
    return `hold ${holdId} is still held ${Math.round((now - expiresAt) / 1000)} s after its time`;
  return undefined;
}
