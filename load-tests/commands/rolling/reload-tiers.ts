/** The operator's part: tier after tier is reloaded, and what went on meanwhile is written down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tierNames, type TierName } from '../../../local/tiers.ts';
import type { Board } from '../../buyer/board.ts';
import type { RollingSystem } from './rolling-system.ts';
import type { WatchedDoor } from './watched-door.ts';

export type Reload = {
  tier: TierName;
  seconds: number;
  /** What the tier had to do while it was replaced, in its own words: see `work`. */
  load: number;
  /** Requests under way at the same moment, at most. */
  underWay: number;
  /** Of requests, whoever answers them. */
  failures: number;
};

/** What each tier does in a rush. */
export const work: Record<TierName, string> = {
  publisher: 'entries',
  consumer: 'outcomes',
  realtime: 'sockets',
  general: 'requests',
};

/** Milliseconds in which what one reload has disturbed is at rest again. */
const betweenMs = 500;

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
    await sleep(betweenMs);
    const before = { at: Date.now(), count: count(tier), failures: door.failures.length };
    const watched = Object.values(door.traffic);
    for (const traffic of watched) traffic.mostUnderWay = traffic.underWay;
    const open = board.connected;
    await system.reload(tier);
    reloads.push({
      tier,
      seconds: (Date.now() - before.at) / 1000,
      load: tier === 'realtime' ? open : count(tier) - before.count,
      underWay: watched.reduce((sum, { mostUnderWay }) => sum + mostUnderWay, 0),
      failures: door.failures.length - before.failures,
    });
    say(`${tier} reloaded in ${reloads.at(-1)?.seconds.toFixed(1)} s`);
  }
  return reloads;
}
