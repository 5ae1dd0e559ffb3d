/** Plays a rush during which every tier is reloaded; then checks every rule, and that no client could notice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReport, type Violation } from '../../../proof/violation.ts';
import { Board } from '../../buyer/board.ts';
import { makeBuyers } from '../../buyer/make-buyers.ts';
import type { Scenario } from '../../buyer/plan.ts';
import type { RollingOptions } from './options.ts';
import { reloadTiers, work, type Reload } from './reload-tiers.ts';
import type { RollingSystem } from './rolling-system.ts';
import { visit } from './visitors.ts';
import { connectSystem, playAndCheck } from '../../buyer/play-and-check.ts';
import { runningSystem } from '../../running-system.ts';
import { watchDoor, type WatchedDoor } from './watched-door.ts';

export type Played = {
  reloads: Reload[];
  /** Faults that a client could have noticed. */
  noticed: string[];
  violations: Violation[];
  board: Board;
  /** Requests that were answered. */
  requests: number;
  orders: number;
};

const visitorCount = 12;
/** Upper bound for the duration. There are buyers for all of it; those left over when the reloads end do not press. */
const maxSeconds = (rounds: number): number => 20 + rounds * 40;
/** Expected: a socket is closed when its process stops, and the page reconnects. */
const expectedSocketError = 'socket: the socket was closed';
/**
 * No server is killed here, so only a lack of CPU makes a buyer wait: what takes a second on an idle machine may take
 * most of this beside other work, which is no failure.
 */
const waitForCpuMs = 60_000;
/** Only one try, since a retry would hide a failure. */
const patience = {
  tries: 1,
  quietForMs: 5_000,
  askForMs: waitForCpuMs,
  socketMs: waitForCpuMs,
  pollStandbyMs: Infinity,
};

export async function playRolling(
  system: RollingSystem,
  options: RollingOptions,
  say: (line: string) => void,
  watch: (line: () => string) => void,
): Promise<Played> {
  const env = { ...system.env, SANDBOX_PAYMENTS_URL: system.paymentsUrl };
  const connected = connectSystem(runningSystem(system.url, env), { connections: 128, logLevel: 'silent' });
  const door = watchDoor(connected.door);
  const watched = { ...connected, door };
  const board = new Board();
  watch(() => `${door.failures.length} failed requests: ${board.line()}`);
  const { violations, report } = createReport();
  const scenario = scenarioFor(options);
  let reloads: Reload[] = [];
  let withoutSocket = 0;
  const ending = new AbortController();
  try {
    // Four buyers share an address; one per address visits.
    const visitors = await makeBuyers(watched.db, watched.env.SESSION_KEYS, visitorCount * 4);
    const { checked } = await playAndCheck(watched, scenario, report, {
      board,
      patience,
      say,
      stopPresses: ending.signal,
      async meanwhile(drop, opensAt) {
        await sleep(Math.max(0, opensAt - Date.now()));
        const onePerAddress = visitors.filter((_, index) => index % 4 === 0);
        const visiting = visit(door, drop.id, onePerAddress, ending.signal);
        try {
          reloads = await reloadTiers({ system, door, board, rounds: options.rounds, say });
          withoutSocket = await countWithoutSocket(board, scenario.buyers);
        } finally {
          ending.abort();
          await visiting;
        }
      },
    });
    const noticed = [
      ...idleReloads(reloads),
      ...failedRequests(door),
      ...failedSockets(board),
      ...(withoutSocket > 0 ? [`${withoutSocket} buyers had no socket a minute after the last reload`] : []),
      ...faultsInLogs(system.logDir),
    ];
    const requests = Object.values(door.traffic).reduce((sum, { answered }) => sum + answered, 0);
    const orders = checked.orders.filter(({ status }) => status === 'paid').length;
    return { reloads, noticed, violations, board, requests, orders };
  } finally {
    await watched.close();
  }
}

/** Buyers come as long as the reloads take, and there are seats for all of them, so that payments never stop. */
function scenarioFor({ rate, rounds, seed }: RollingOptions): Scenario {
  const seconds = maxSeconds(rounds);
  const buyers = rate * seconds;
  return {
    buyers,
    seats: buyers * 2,
    standby: 0,
    quantity: 2,
    holdSeconds: 6,
    partitions: 2,
    burst: seconds,
    chances: { decline: 8, challenge: 4, abandon: 4, lapse: 8, leave: 6, slow: 6, lost: 2, late: 0 },
    double: 0,
    returns: 0,
    seed,
  };
}

/** A reload of an idle tier proves nothing, so it counts as a fault. */
function idleReloads(reloads: readonly Reload[]): string[] {
  return reloads
    .filter(({ load }) => load === 0)
    .map(
      ({ tier, seconds }) =>
        `${tier} had no ${work[tier]} in the ${seconds.toFixed(1)} s of a reload, which therefore proves nothing: ` +
        'use a higher --rate or a less busy machine',
    );
}

function failedRequests({ failures }: WatchedDoor): string[] {
  return failures.map(({ at, tier, request, status, code = '' }) => {
    const answer = status === 0 ? `no answer (${code})` : `${status} ${code}`.trim();
    return `${new Date(at).toISOString()} ${request} (${tier}): ${answer}`;
  });
}

/** Buyers whose sockets have not come back within `waitForCpuMs`; returns as soon as there are none. */
async function countWithoutSocket(board: Board, buyers: number): Promise<number> {
  const until = Date.now() + waitForCpuMs;
  while (board.connected < buyers && Date.now() < until) await sleep(250);
  return buyers - board.connected;
}

function failedSockets({ errors }: Board): string[] {
  return errors
    .filter(([kind]) => kind.startsWith('socket: ') && kind !== expectedSocketError)
    .map(([kind, count]) => `${count} × ${kind}`);
}

/**
 * A stopping tier closes its sockets, some with an unread message; that they reconnect is checked on the buyers'
 * side.
 */
const endOfSocket = /while proxying upgraded connection/;

/** Faults in nginx's logs. Clients may not have noticed them, because nginx retries. */
function faultsInLogs(logDir: string): string[] {
  const answers = linesOf(join(logDir, 'nginx-access.log')).filter((line) => {
    const { status } = JSON.parse(line) as { status: number };
    return status >= 500;
  });
  const faults = linesOf(join(logDir, 'nginx.log')).filter(
    (line) => /\[(error|crit)\]/.test(line) && !endOfSocket.test(line),
  );
  return [...answers, ...faults].map((line) => `nginx: ${line}`);
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
