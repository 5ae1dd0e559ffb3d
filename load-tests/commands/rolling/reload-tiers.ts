/** Reloads tier after tier, and records the load meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tierNames, type TierName } from '../../../local/tiers.ts';
import type { Board } from '../../buyer/board.ts';
import type { RollingSystem } from './rolling-system.ts';
import type { WatchedDoor } from './watched-door.ts';

export type Reload = {
  tier: TierName;
  seconds: number;
  /** Work of the tier while it was reloaded, in the unit of `work`. */
  load: number;
  /** Maximum number of requests in flight. */
  maxInFlight: number;
  /** Failed requests, of any tier. */
  failures: number;
};

/** Unit in which the load of each tier is counted. */
export const work: Record<TierName, string> = {
  publisher: 'entries',
  consumer: 'outcomes',
  realtime: 'sockets',
  general: 'requests',
};

/** Pause that lets the effects of one reload settle before the next. */
const pauseMs = 500;

export async function reloadTiers(options: {
  system: Pick<RollingSystem, 'reload'>;
  door: WatchedDoor;
  board: Board;
  rounds: number;
  say: (line: string) => void;
}): Promise<Reload[]> {
  const { system, door, board, rounds, say } = options;
  const reloads: Reload[] = [];
  const count = (tier: TierName): number => {
    if (tier === 'consumer') return board.toldAfter.length;
    if (tier === 'realtime') return board.reconnects;
    return door.traffic[tier].answered;
  };
  for (const tier of Array.from({ length: rounds }, () => tierNames).flat()) {
    await sleep(pauseMs);
    const before = { at: Date.now(), count: count(tier), failures: door.failures.length };
    const traffics = Object.values(door.traffic);
    for (const traffic of traffics) traffic.maxInFlight = traffic.inFlight;
    const openSockets = board.connected;
    await system.reload(tier);
    reloads.push({
      tier,
      seconds: (Date.now() - before.at) / 1000,
      load: tier === 'realtime' ? openSockets : count(tier) - before.count,
      maxInFlight: traffics.reduce((sum, { maxInFlight }) => sum + maxInFlight, 0),
      failures: door.failures.length - before.failures,
    });
    say(`${tier} reloaded in ${reloads.at(-1)?.seconds.toFixed(1)} s`);
  }
  return reloads;
}
