/**
 * Runs one drill: plays a drop to which buyers keep coming, injects faults, repairs, waits until it is quiet, and
 * checks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createReport, type Violation } from '../../../proof/violation.ts';
import { Board } from '../../buyer/board.ts';
import type { Scenario } from '../../buyer/plan.ts';
import { Random } from '../../buyer/random.ts';
import type { Drill } from './drills.ts';
import { checkOrdersWereKept } from './orders-were-kept.ts';
import { FaultInjector, type Incident } from './fault-injector.ts';
import { connectSystem, playAndCheck } from '../../buyer/play-and-check.ts';
import { runningSystem } from '../../running-system.ts';
import type { DrillSystem } from './drill-system.ts';

export type DrillResult = {
  drill: string;
  seed: number;
  minutes: number;
  buyersPerMinute: number;
  incidents: Incident[];
  /** Entries answered 202. */
  entries: number;
  refused: number;
  orders: number;
  /** Charges that were refunded because the seats were gone. */
  refunds: number;
  violations: Violation[];
  /** Violations that the drill allows (`mayLose`). */
  lost: Violation[];
  errors: [kind: string, count: number][];
  reconnects: number;
  /** Seconds from the last incident until everything was decided. */
  quietAfter: number;
};

export type DrillRun = {
  seed: number;
  minutes: number;
  buyersPerMinute: number;
  holdSeconds: number;
  say: (line: string) => void;
  /** Receives a function that returns the current progress. */
  watch: (line: () => string) => void;
};

/** Real clients retry for minutes and poll from time to time. */
const patience = { tries: 90, quietForMs: 3_000, askForMs: 90_000, pollStandbyMs: 5_000 };

export async function runDrill(drill: Drill, system: DrillSystem, run: DrillRun): Promise<DrillResult> {
  const env = { ...system.env, SANDBOX_PAYMENTS_URL: system.paymentsUrl };
  const connected = connectSystem(runningSystem(system.url, env), { connections: 128, logLevel: 'silent' });
  const { db, redis, inventory } = connected;
  const board = new Board();
  let opensAt = Infinity;
  run.watch(() => {
    const minutes = Math.min(run.minutes, Math.max(0, (Date.now() - opensAt) / 60_000));
    const phase = repairedAt > 0 ? 'repaired' : `minute ${minutes.toFixed(1)} of ${run.minutes}`;
    const kills = incidents.filter(({ kind }) => kind === 'kill').length;
    return `${phase}, ${kills} kills, ${incidents.length - kills} other faults: ${board.line()}`;
  });
  const { violations, report } = createReport();
  const random = new Random(run.seed ^ hash(drill.name));
  const scenario = scenarioFor(drill, run, random);
  let incidents: Incident[] = [];
  let repairedAt = 0;
  try {
    const aftermath = await drill.prepare?.({ db, inventory, say: run.say });
    const { drop, buyers, checked, quietAt } = await playAndCheck(connected, scenario, report, {
      board,
      patience,
      say: run.say,
      async meanwhile(dropOnSale, dropOpensAt) {
        opensAt = dropOpensAt;
        await sleep(Math.max(0, opensAt - Date.now()));
        const until = opensAt + scenario.burst * 1000;
        const injector = new FaultInjector({
          system,
          redis,
          keys: inventory.keys,
          drop: dropOnSale,
          random,
          until,
          say: run.say,
        });
        incidents = injector.incidents;
        await drill.injectFaults(injector);
        repairedAt = Date.now();
        await system.untilWhole();
        run.say('everything is running again');
      },
    });
    checkOrdersWereKept(buyers, checked.orders, report);
    await aftermath?.(drop, report);
    const refunds: unknown[] = await db('payment_attempts').where({
      drop_id: drop.id,
      status: 'refunded',
    });
    const mayLose = ({ rule }: Violation): boolean => drill.mayLose?.includes(rule) ?? false;
    return {
      drill: drill.name,
      seed: run.seed,
      minutes: run.minutes,
      buyersPerMinute: run.buyersPerMinute,
      incidents,
      entries: board.accepted,
      refused: board.refused,
      orders: checked.orders.filter(({ status }) => status === 'paid').length,
      refunds: refunds.length,
      violations: violations.filter((each) => !mayLose(each)),
      lost: violations.filter(mayLose),
      errors: board.errors,
      reconnects: board.reconnects,
      quietAfter: (quietAt - repairedAt) / 1000,
    };
  } finally {
    await connected.close();
  }
}

const usualChances = { decline: 8, challenge: 6, abandon: 5, lapse: 15, leave: 8, slow: 4, lost: 4, late: 3 };

/**
 * Seats run out after part of the time, so that faults hit direct holds, standby, promotions and sold-out entries
 * alike.
 */
function scenarioFor(
  { chances, free = false }: Drill,
  { seed, minutes, buyersPerMinute, holdSeconds }: DrillRun,
  random: Random,
): Scenario {
  const buyers = Math.max(20, Math.round(buyersPerMinute * minutes));
  return {
    buyers,
    seats: Math.round(buyers * 0.7),
    standby: Math.round(buyers * 0.3),
    quantity: 2,
    holdSeconds,
    partitions: random.integer(1, 3),
    burst: minutes * 60,
    chances: { ...usualChances, ...chances },
    free,
    double: 3,
    returns: 15,
    seed,
  };
}

function hash(text: string): number {
  return Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
