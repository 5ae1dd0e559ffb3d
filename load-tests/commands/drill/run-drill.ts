/** One drill: a sale to which buyers keep coming, broken for its time, then healed, quiet, and checked. */
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
  /** Answered 202. */
  entries: number;
  refused: number;
  orders: number;
  /** Charges that were refunded because the seats were gone. */
  refunds: number;
  violations: Violation[];
  /** What the drill may lose (`mayLose`), and did. */
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
  /** Given a function that tells how the sale goes. */
  watch: (line: () => string) => void;
};

/** Real clients go on trying for minutes, and look now and then. */
const patience = { tries: 90, quietForMs: 3_000, askForMs: 90_000, pollStandbyMs: 5_000 };

export async function runDrill(drill: Drill, system: DrillSystem, run: DrillRun): Promise<DrillResult> {
  const env = { ...system.env, SANDBOX_PAYMENTS_URL: system.paymentsUrl };
  const connected = connectSystem(runningSystem(system.url, env), { connections: 128, logLevel: 'silent' });
  const { db, redis, inventory } = connected;
  const board = new Board();
  let opensAt = Infinity;
  run.watch(() => {
    const minutes = Math.min(run.minutes, Math.max(0, (Date.now() - opensAt) / 60_000));
    const phase = healedAt > 0 ? 'healed' : `minute ${minutes.toFixed(1)} of ${run.minutes}`;
    const kills = incidents.filter(({ kind }) => kind === 'kill').length;
    return `${phase}, ${kills} kills, ${incidents.length - kills} other faults: ${board.line()}`;
  });
  const { violations, report } = createReport();
  const random = new Random(run.seed ^ hash(drill.name));
  const usual = scenarioFor(run, random);
  const scenario = { ...usual, chances: { ...usual.chances, ...drill.chances } };
  let incidents: Incident[] = [];
  let healedAt = 0;
  try {
    const aftermath = await drill.prepare?.({ db, inventory, say: run.say });
    const { drop, buyers, checked, quietAt } = await playAndCheck(connected, scenario, report, {
      board,
      patience,
      say: run.say,
      async meanwhile(dropOnSale, opens) {
        opensAt = opens;
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
        await drill.breakThings(injector);
        healedAt = Date.now();
        await system.whole();
        run.say('everything runs again');
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
      quietAfter: (quietAt - healedAt) / 1000,
    };
  } finally {
    await connected.close();
  }
}

/** Enough seats for the first part of the time, so that at once, standby, promotion and sold out are all broken into. */
function scenarioFor({ seed, minutes, buyersPerMinute, holdSeconds }: DrillRun, random: Random): Scenario {
  const buyers = Math.max(20, Math.round(buyersPerMinute * minutes));
  return {
    buyers,
    seats: Math.round(buyers * 0.7),
    standby: Math.round(buyers * 0.3),
    quantity: 2,
    holdSeconds,
    partitions: random.whole(1, 3),
    burst: minutes * 60,
    chances: { decline: 8, lapse: 20, leave: 8, slow: 4, lost: 4, late: 3 },
    double: 3,
    seed,
  };
}

function hash(text: string): number {
  return Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
