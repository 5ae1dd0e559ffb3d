/** A rush during which every tier is replaced, and then the check: of every rule, and that nobody noticed. */
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
  /** What nobody should have noticed, and somebody could have. */
  noticed: string[];
  violations: Violation[];
  board: Board;
  /** Answered, of all requests. */
  requests: number;
  orders: number;
};

const visitorCount = 12;
/** Buyers have to be there for as long as it may take; those who are not needed any more do not press. */
const atMostSeconds = (rounds: number): number => 60 + rounds * 40;
/** What a page does by itself: its socket is closed when the process at its other end goes. */
const expectedOfSockets = 'socket: the socket was closed';
/** Nobody breaks a server here, so nobody has to ask for long. A second try would hide what failed in the first. */
const patience = { tries: 1, quietForMs: 5_000, askForMs: 30_000, pollStandbyMs: Infinity };

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
  let reloads: Reload[] = [];
  const over = new AbortController();
  try {
    // Four share an address.
    const visitors = await makeBuyers(watched.db, watched.env.SESSION_KEYS, visitorCount * 4);
    const { checked } = await playAndCheck(watched, scenarioFor(options), report, {
      board,
      patience,
      say,
      enough: over.signal,
      async meanwhile(drop, opensAt) {
        await sleep(Math.max(0, opensAt - Date.now()));
        const some = visitors.filter((_, index) => index % 4 === 0);
        const visiting = visit(door, drop.id, some, over.signal);
        try {
          reloads = await reloadTiers({ system, door, board, rounds: options.rounds, say });
        } finally {
          over.abort();
          await visiting;
        }
      },
    });
    const noticed = [
      ...idleReloads(reloads),
      ...failedRequests(door),
      ...failedSockets(board),
      ...faultsInLogs(system.logDir),
    ];
    const requests = Object.values(door.traffic).reduce((sum, { answered }) => sum + answered, 0);
    const orders = checked.orders.filter(({ status }) => status === 'paid').length;
    return { reloads, noticed, violations, board, requests, orders };
  } finally {
    await watched.close();
  }
}

/** A sale that goes on for as long as the reloads take, with seats for everybody: there is always somebody who pays. */
function scenarioFor({ rate, rounds, seed }: RollingOptions): Scenario {
  const seconds = atMostSeconds(rounds);
  const buyers = rate * seconds;
  return {
    buyers,
    seats: buyers * 2,
    standby: 0,
    quantity: 2,
    holdSeconds: 6,
    partitions: 2,
    burst: seconds,
    chances: { decline: 8, lapse: 8, leave: 6, slow: 6, lost: 2, late: 0 },
    double: 0,
    seed,
  };
}

/** A tier that had nothing to do while it was replaced has shown nothing. */
function idleReloads(reloads: readonly Reload[]): string[] {
  return reloads
    .filter(({ load }) => load === 0)
    .map(
      ({ tier, seconds }) =>
        `${tier} had no ${work[tier]} in the ${seconds.toFixed(1)} s of a reload, which so shows nothing: ` +
        'a higher --rate, or a machine with less to do',
    );
}

function failedRequests({ failures }: WatchedDoor): string[] {
  return failures.map(({ at, tier, request, status, code = '' }) => {
    const answer = status === 0 ? `no answer (${code})` : `${status} ${code}`.trim();
    return `${new Date(at).toISOString()} ${request} (${tier}): ${answer}`;
  });
}

function failedSockets({ errors }: Board): string[] {
  return errors
    .filter(([kind]) => kind.startsWith('socket: ') && kind !== expectedOfSockets)
    .map(([kind, count]) => `${count} × ${kind}`);
}

/** A tier that stops ends its sockets, some of them with a message still unread. That they all came back is asked of them. */
const endOfSocket = /while proxying upgraded connection/;

/** What clients may not have noticed, since nginx tried again for them. */
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
