/** What is broken, and how. Each drill goes on until its time is over, and leaves nothing broken behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tierNames, type TierName } from '../../../local/tiers.ts';
import { exchange } from '../../../local/process/wait.ts';
import type { Drop } from '../../../shared/drops/drop.ts';
import type { Report, Rule } from '../../../proof/violation.ts';
import type { Scenario } from '../../buyer/plan.ts';
import { ageTheSystem, checkPaymentsWentOn, checkRefundsGoOn, type AgeDeps } from './age-the-system.ts';
import type { Rig } from './rig.ts';
import { processesSetting } from './stack.ts';

export type Drill = {
  name: string;
  what: string;
  /** Rules of which a part cannot hold here, since Redis itself forgets what it had answered; why is in the report. */
  mayLose?: readonly Rule[];
  breakThings: (rig: Rig) => Promise<void>;
  /** Goes before the sale; what it resolves to is asked afterwards whether all is as it should be. */
  prepare?: (deps: AgeDeps) => Promise<Aftermath>;
  /** Of all tiers, over those of the other drills. */
  tierSettings?: Record<string, string>;
  /** Per cent of those who get seats, over those of the other drills. */
  chances?: Partial<Scenario['chances']>;
};

export type Aftermath = (drop: Drop, report: Report) => Promise<void>;

/** Longer than the cluster's node timeout (5 s) and an election: the replica takes over. */
const takeoverMs = 12_000;

/** The broker gives up a connection of which it has heard nothing for three heartbeats (10 s each). */
const brokerPatienceMs = 30_000;

export const drills: readonly Drill[] = [
  ...tierNames.map((name) => ({
    name: `${name}-killed`,
    what: `${name} gets kill -9 at random moments, also while it starts`,
    breakThings: (rig: Rig) =>
      rig.repeatedly([1, 5], async () => {
        // Mostly at work: a machine that is slow to start it would otherwise never let it come so far.
        if (rig.random.chance(75)) await rig.stack.ready(name);
        await rig.pause(0.2, 4);
        rig.kill(rig.stack.tiers[name]);
      }),
  })),
  {
    name: 'redis-master-killed',
    what: 'the Redis master of the drop gets kill -9; it is back at once, or its replica has taken over by then',
    breakThings: (rig) =>
      rig.repeatedly([4, 10], async () => {
        const { master } = await rig.nodesOfDrop();
        rig.kill(master, rig.random.chance(70) ? takeoverMs : 0);
        await sleep(takeoverMs);
        await rig.stack.whole(); // a replica that does not have the data yet is the next drill
      }),
  },
  {
    name: 'redis-replica-behind',
    what: 'the replica is cut off for 1 to 4 s, then its master is killed: what it did not hear of was told to nobody',
    breakThings: (rig) =>
      rig.repeatedly([5, 12], async () => {
        const { master, replica } = await rig.nodesOfDrop();
        if (!replica) return;
        // With a password that the master does not want, a replica cannot come back to it.
        await command(rig.portOf(replica), 'CONFIG SET masterauth cut-off');
        await command(rig.portOf(master), 'CLIENT KILL TYPE replica');
        rig.fault(`${replica.name} cut off from ${master.name}`);
        await sleep(rig.random.between(1_000, 4_000));
        rig.kill(master, takeoverMs);
        await sleep(takeoverMs);
        await command(rig.portOf(replica), 'CONFIG SET masterauth ""');
        await rig.stack.whole();
      }),
  },
  {
    name: 'redis-node-paused',
    what: 'the Redis master of the drop stands still for longer than the node timeout, and then goes on as if nothing were',
    breakThings: (rig) =>
      rig.repeatedly([4, 10], async () => {
        const { master } = await rig.nodesOfDrop();
        await rig.freeze(master, rig.random.between(7_000, takeoverMs));
        await rig.stack.whole();
      }),
  },
  {
    name: 'consumer-paused',
    what: 'of two consumers the one that decides stands still until the broker has given it up, and wakes up when Redis has forgotten what came of what it has in hand',
    async breakThings(rig) {
      const { stack } = rig;
      const second = await stack.another('consumer');
      // The one that was given up comes back as the one that stands by.
      let [active, standby] = [stack.tiers.consumer, second];
      try {
        await rig.repeatedly([3, 8], async () => {
          await rig.freeze(active, rig.random.between(brokerPatienceMs, brokerPatienceMs + 6_000), () =>
            rig.forgetReplies(),
          );
          [active, standby] = [standby, active];
        });
      } finally {
        await second.stop();
      }
    },
  },
  {
    name: 'rabbitmq-killed',
    what: 'the broker gets kill -9 and starts again with what it had on disk',
    breakThings: (rig) => rig.repeatedly([3, 12], async () => rig.kill(rig.stack.servers.rabbitMq.broker)),
  },
  {
    name: 'confirms-outstanding',
    what: 'the broker stands still, so entries wait for its confirm; then it and the publisher get kill -9 together',
    breakThings: (rig) =>
      rig.repeatedly([2, 6], async () => {
        const { tiers, servers } = rig.stack;
        await rig.stack.ready('publisher');
        await rig.pause(1, 3);
        servers.rabbitMq.broker.kill('SIGSTOP');
        // Less than a publisher waits for a confirm: nobody has been turned away yet.
        await sleep(rig.random.between(500, 2_500));
        // The publisher first: it could send again what the broker has not read.
        rig.kill(tiers.publisher);
        rig.kill(servers.rabbitMq.broker);
      }),
  },
  {
    name: 'rabbitmq-alarm',
    what: 'the broker’s memory alarm is raised for 3 to 10 s: it blocks every connection that publishes',
    breakThings: (rig) =>
      rig.repeatedly([3, 8], async () => {
        const { rabbitMq } = rig.stack.servers;
        await rabbitMq.control('set_vm_memory_high_watermark', '0.000001');
        rig.fault('memory alarm raised');
        await sleep(rig.random.between(3_000, 10_000));
        await rabbitMq.control('set_vm_memory_high_watermark', '0.4');
      }),
  },
  {
    name: 'mariadb-killed',
    what: 'MariaDB gets kill -9 and recovers from its log',
    breakThings: (rig) =>
      rig.repeatedly([3, 9], async () => {
        for (const server of rig.stack.servers.mariaDb.processes) {
          rig.kill(server, rig.random.chance(30) ? 6_000 : 0);
        }
      }),
  },
  {
    name: 'payments-slow',
    what: 'the payment provider stands still for longer than checkout waits, or gets kill -9',
    breakThings: (rig) =>
      rig.repeatedly([2, 6], async () => {
        if (rig.random.chance(50)) rig.kill(rig.stack.payments, rig.random.between(0, 3_000));
        else await rig.freeze(rig.stack.payments, rig.random.between(2_000, 9_000));
      }),
  },
  {
    name: 'payments-faulty',
    what: 'the provider answers 500, late or not at all; its webhooks come twice, late and out of order',
    async breakThings(rig) {
      const { line } = rig.stack;
      await rig.repeatedly([4, 8], async () => {
        const before = line.met;
        line.setFaults({
          error: 15,
          late: 8,
          dropCall: 10,
          dropAnswer: 15,
          webhookTwice: 30,
          webhookLate: 30,
        });
        await sleep(5_000);
        rig.fault(`${line.met - before} calls and webhooks met a fault`);
      });
      line.setFaults(undefined);
    },
  },
  {
    name: 'clock-off',
    what: 'the clock of one tier is 30 s off, ahead or behind, and jumps back',
    async breakThings(rig) {
      await rig.repeatedly([1, 4], async () => {
        const tier = pick(rig, tierNames);
        const offset = rig.random.chance(50) ? 30_000 : -30_000;
        rig.stack.setClock(tier, offset);
        rig.fault(`clock of ${tier} ${offset / 1000} s off`);
        await sleep(rig.random.between(4_000, 9_000));
        rig.stack.setClock(tier, 0);
      });
    },
  },
  {
    name: 'each-in-turn',
    what: 'every tier and one server of each kind gets kill -9, one after the other in any order',
    async breakThings(rig) {
      const { servers, tiers, payments } = rig.stack;
      const victims = [
        ...Object.values(tiers),
        payments,
        servers.rabbitMq.broker,
        ...servers.mariaDb.processes,
        'redis' as const,
      ];
      let left: typeof victims = [];
      await rig.repeatedly([3, 5], async () => {
        if (left.length === 0) left = [...victims];
        const [victim] = left.splice(rig.random.whole(0, left.length - 1), 1);
        if (victim === 'redis') rig.kill((await rig.nodesOfDrop()).master);
        else if (victim) rig.kill(victim);
      });
    },
  },
  {
    name: 'servers-last',
    what: 'everything gets kill -9 at once; the tiers are back at once and wait, the servers come later in any order',
    breakThings: (rig) =>
      rig.repeatedly([15, 25], async () => {
        const { servers, tiers, payments } = rig.stack;
        const late = [...servers.redis.processes, ...servers.mariaDb.processes, servers.rabbitMq.broker];
        for (const server of late) rig.kill(server, rig.random.between(1_000, 10_000));
        for (const process of [...Object.values(tiers), payments]) rig.kill(process);
        await rig.stack.whole();
      }),
  },
  {
    name: 'everything',
    what: 'whatever process there is, a tier or a server, gets kill -9; often several at once',
    breakThings: (rig) =>
      rig.repeatedly([2, 6], async () => {
        for (let count = rig.random.whole(1, 3); count > 0; count -= 1) await killOne(rig);
        await rig.pause(0.1, 2);
      }),
  },
  // The last ones, since they need systems with settings of their own.
  {
    name: 'aged',
    what: 'the system has 1,000 drops that are over, 300 stuck payments and 300 stuck refunds; of two processes of each tier one gets kill -9',
    tierSettings: { [processesSetting]: '2' },
    chances: { slow: 8, lost: 8, late: 6 },
    async prepare(deps) {
      const checkAge = await ageTheSystem(deps);
      return async (drop, report) => {
        await checkPaymentsWentOn(deps, drop, report);
        await checkRefundsGoOn(deps, drop, report);
        await checkAge(report);
      };
    },
    breakThings: (rig) =>
      rig.repeatedly([4, 10], () => {
        const { tiers, seconds } = rig.stack;
        rig.kill(pick(rig, [...Object.values(tiers), ...seconds]));
        return Promise.resolve();
      }),
  },
  {
    name: 'consumer-cut-short',
    what: 'the consumer gets kill -9 when Redis has just decided a batch: most holds are ended by timers, and no sweeper helps',
    tierSettings: { TIMER_GRACE_MS: '3600000' },
    chances: { lapse: 70, leave: 2, decline: 4, slow: 2, lost: 2, late: 2 },
    breakThings: (rig) =>
      rig.repeatedly([0.5, 2], async () => {
        // It finds entries when it starts, and has its queues to declare before the first timer.
        rig.kill(rig.stack.tiers.consumer, rig.random.between(500, 2_500));
        await rig.untilDecided();
        await rig.pause(0, 0.01);
        rig.kill(rig.stack.tiers.consumer);
        await rig.stack.ready('consumer');
      }),
  },
];

/** A little of everything in half a minute, for `npm test`. */
export const shortDrill: Drill = {
  name: 'short',
  what: 'each tier, the broker and a Redis master get kill -9 once or twice, one after the other; for npm test',
  async breakThings(rig) {
    const { tiers, servers } = rig.stack;
    const turns = [
      () => Promise.resolve(tiers.consumer),
      () => Promise.resolve(tiers.publisher),
      () => Promise.resolve(servers.rabbitMq.broker),
      () => Promise.resolve(tiers.general),
      async () => (await rig.nodesOfDrop()).master,
      () => Promise.resolve(tiers.realtime),
    ];
    let turn = 0;
    await rig.repeatedly([1, 3], async () => {
      const next = turns[turn % turns.length];
      turn += 1;
      if (next) rig.kill(await next());
    });
  },
};

/** Not run, but thought through; docs/reliability.md says what happens. */
export const describedOnly = ['broker-disk-full'] as const;

async function killOne(rig: Rig): Promise<void> {
  const { servers, tiers, payments } = rig.stack;
  const tier = (): void => rig.kill(tiers[pick<TierName>(rig, tierNames)]);
  const drawn = rig.random.between(0, 100);
  if (drawn < 60) tier();
  else if (drawn < 70) rig.kill(servers.rabbitMq.broker);
  else if (drawn < 80) rig.kill(payments);
  else if (drawn < 90) for (const server of servers.mariaDb.processes) rig.kill(server);
  // Back with its data before anybody takes over: two failovers in a row are another drill.
  else rig.kill(pick(rig, servers.redis.processes));
}

function pick<T>(rig: Rig, of: readonly T[]): T {
  return of[rig.random.whole(0, of.length - 1)]!;
}

/** One that is answered by one line. */
async function command(port: number, text: string): Promise<void> {
  const reply = await exchange(port, `${text}\r\n`, (so) => so.endsWith('\r\n'), 5_000);
  if (reply.startsWith('-')) throw new Error(`${text}: ${reply.trim()}`);
}
