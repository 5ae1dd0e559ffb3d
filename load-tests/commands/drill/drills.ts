/** What is broken, and how. Each drill goes on until its time is over, and leaves nothing broken behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tierNames, type TierName } from '../../../local/tiers.ts';
import { exchange } from '../../../local/process/wait.ts';
import type { Drop } from '../../../shared/drops/drop.ts';
import type { Report, Rule } from '../../../proof/violation.ts';
import type { Scenario } from '../../buyer/plan.ts';
import { ageTheSystem, checkPaymentsWentOn, checkRefundsGoOn, type AgeDeps } from './age-the-system.ts';
import type { FaultInjector } from './fault-injector.ts';
import { processesSetting } from './drill-system.ts';

export type Drill = {
  name: string;
  what: string;
  /** Rules of which a part cannot hold here, since Redis itself forgets what it had answered; why is in the report. */
  mayLose?: readonly Rule[];
  breakThings: (injector: FaultInjector) => Promise<void>;
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
    breakThings: (injector: FaultInjector) =>
      injector.repeatedly([1, 5], async () => {
        // Mostly at work: a machine that is slow to start it would otherwise never let it come so far.
        if (injector.random.chance(75)) await injector.system.ready(name);
        await injector.pause(0.2, 4);
        injector.kill(injector.system.tiers[name]);
      }),
  })),
  {
    name: 'redis-master-killed',
    what: 'the Redis master of the drop gets kill -9; it is back at once, or its replica has taken over by then',
    breakThings: (injector) =>
      injector.repeatedly([4, 10], async () => {
        const { master } = await injector.nodesOfDrop();
        injector.kill(master, injector.random.chance(70) ? takeoverMs : 0);
        await sleep(takeoverMs);
        await injector.system.whole(); // a replica that does not have the data yet is the next drill
      }),
  },
  {
    name: 'redis-replica-behind',
    what: 'the replica is cut off for 1 to 4 s, then its master is killed: what it did not hear of was told to nobody',
    breakThings: (injector) =>
      injector.repeatedly([5, 12], async () => {
        const { master, replica } = await injector.nodesOfDrop();
        if (!replica) return;
        // With a password that the master does not want, a replica cannot come back to it.
        await command(injector.portOf(replica), 'CONFIG SET masterauth cut-off');
        await command(injector.portOf(master), 'CLIENT KILL TYPE replica');
        injector.fault(`${replica.name} cut off from ${master.name}`);
        await sleep(injector.random.between(1_000, 4_000));
        injector.kill(master, takeoverMs);
        await sleep(takeoverMs);
        await command(injector.portOf(replica), 'CONFIG SET masterauth ""');
        await injector.system.whole();
      }),
  },
  {
    name: 'redis-node-paused',
    what: 'the Redis master of the drop stands still for longer than the node timeout, and then goes on as if nothing were',
    breakThings: (injector) =>
      injector.repeatedly([4, 10], async () => {
        const { master } = await injector.nodesOfDrop();
        await injector.freeze(master, injector.random.between(7_000, takeoverMs));
        await injector.system.whole();
      }),
  },
  {
    name: 'consumer-paused',
    what: 'of two consumers the one that decides stands still until the broker has given it up, and wakes up when Redis has forgotten what came of what it has in hand',
    async breakThings(injector) {
      const { system } = injector;
      const second = await system.another('consumer');
      // The one that was given up comes back as the one that stands by.
      let [active, standby] = [system.tiers.consumer, second];
      try {
        await injector.repeatedly([3, 8], async () => {
          await injector.freeze(
            active,
            injector.random.between(brokerPatienceMs, brokerPatienceMs + 6_000),
            () => injector.forgetReplies(),
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
    breakThings: (injector) =>
      injector.repeatedly([3, 12], async () => injector.kill(injector.system.servers.rabbitMq.broker)),
  },
  {
    name: 'confirms-outstanding',
    what: 'the broker stands still, so entries wait for its confirm; then it and the publisher get kill -9 together',
    breakThings: (injector) =>
      injector.repeatedly([2, 6], async () => {
        const { tiers, servers } = injector.system;
        await injector.system.ready('publisher');
        await injector.pause(1, 3);
        servers.rabbitMq.broker.kill('SIGSTOP');
        // Less than a publisher waits for a confirm: nobody has been turned away yet.
        await sleep(injector.random.between(500, 2_500));
        // The publisher first: it could send again what the broker has not read.
        injector.kill(tiers.publisher);
        injector.kill(servers.rabbitMq.broker);
      }),
  },
  {
    name: 'rabbitmq-alarm',
    what: 'the broker’s memory alarm is raised for 3 to 10 s: it blocks every connection that publishes',
    breakThings: (injector) =>
      injector.repeatedly([3, 8], async () => {
        const { rabbitMq } = injector.system.servers;
        await rabbitMq.control('set_vm_memory_high_watermark', '0.000001');
        injector.fault('memory alarm raised');
        await sleep(injector.random.between(3_000, 10_000));
        await rabbitMq.control('set_vm_memory_high_watermark', '0.4');
      }),
  },
  {
    name: 'mariadb-killed',
    what: 'MariaDB gets kill -9 and recovers from its log',
    breakThings: (injector) =>
      injector.repeatedly([3, 9], async () => {
        for (const server of injector.system.servers.mariaDb.processes) {
          injector.kill(server, injector.random.chance(30) ? 6_000 : 0);
        }
      }),
  },
  {
    name: 'payments-slow',
    what: 'the payment provider stands still for longer than checkout waits, or gets kill -9',
    breakThings: (injector) =>
      injector.repeatedly([2, 6], async () => {
        if (injector.random.chance(50))
          injector.kill(injector.system.payments, injector.random.between(0, 3_000));
        else await injector.freeze(injector.system.payments, injector.random.between(2_000, 9_000));
      }),
  },
  {
    name: 'payments-faulty',
    what: 'the provider answers 500, late or not at all; its webhooks come twice, late and out of order',
    async breakThings(injector) {
      const { line } = injector.system;
      await injector.repeatedly([4, 8], async () => {
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
        injector.fault(`${line.met - before} calls and webhooks met a fault`);
      });
      line.setFaults(undefined);
    },
  },
  {
    name: 'clock-off',
    what: 'the clock of one tier is 30 s off, ahead or behind, and jumps back',
    async breakThings(injector) {
      await injector.repeatedly([1, 4], async () => {
        const tier = pick(injector, tierNames);
        const offset = injector.random.chance(50) ? 30_000 : -30_000;
        injector.system.setClock(tier, offset);
        injector.fault(`clock of ${tier} ${offset / 1000} s off`);
        await sleep(injector.random.between(4_000, 9_000));
        injector.system.setClock(tier, 0);
      });
    },
  },
  {
    name: 'each-in-turn',
    what: 'every tier and one server of each kind gets kill -9, one after the other in any order',
    async breakThings(injector) {
      const { servers, tiers, payments } = injector.system;
      const victims = [
        ...Object.values(tiers),
        payments,
        servers.rabbitMq.broker,
        ...servers.mariaDb.processes,
        'redis' as const,
      ];
      let left: typeof victims = [];
      await injector.repeatedly([3, 5], async () => {
        if (left.length === 0) left = [...victims];
        const [victim] = left.splice(injector.random.whole(0, left.length - 1), 1);
        if (victim === 'redis') injector.kill((await injector.nodesOfDrop()).master);
        else if (victim) injector.kill(victim);
      });
    },
  },
  {
    name: 'servers-last',
    what: 'everything gets kill -9 at once; the tiers are back at once and wait, the servers come later in any order',
    breakThings: (injector) =>
      injector.repeatedly([15, 25], async () => {
        const { servers, tiers, payments } = injector.system;
        const late = [...servers.redis.processes, ...servers.mariaDb.processes, servers.rabbitMq.broker];
        for (const server of late) injector.kill(server, injector.random.between(1_000, 10_000));
        for (const process of [...Object.values(tiers), payments]) injector.kill(process);
        await injector.system.whole();
      }),
  },
  {
    name: 'everything',
    what: 'whatever process there is, a tier or a server, gets kill -9; often several at once',
    breakThings: (injector) =>
      injector.repeatedly([2, 6], async () => {
        for (let count = injector.random.whole(1, 3); count > 0; count -= 1) await killOne(injector);
        await injector.pause(0.1, 2);
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
    breakThings: (injector) =>
      injector.repeatedly([4, 10], () => {
        const { tiers, seconds } = injector.system;
        injector.kill(pick(injector, [...Object.values(tiers), ...seconds]));
        return Promise.resolve();
      }),
  },
  {
    name: 'consumer-cut-short',
    what: 'the consumer gets kill -9 when Redis has just decided a batch: most holds are ended by timers, and no sweeper helps',
    tierSettings: { TIMER_GRACE_MS: '3600000' },
    chances: { lapse: 70, leave: 2, decline: 4, slow: 2, lost: 2, late: 2 },
    breakThings: (injector) =>
      injector.repeatedly([0.5, 2], async () => {
        // It finds entries when it starts, and has its queues to declare before the first timer.
        injector.kill(injector.system.tiers.consumer, injector.random.between(500, 2_500));
        await injector.untilDecided();
        await injector.pause(0, 0.01);
        injector.kill(injector.system.tiers.consumer);
        await injector.system.ready('consumer');
      }),
  },
];

/** A little of everything in half a minute, for `npm test`. */
export const shortDrill: Drill = {
  name: 'short',
  what: 'each tier, the broker and a Redis master get kill -9 once or twice, one after the other; for npm test',
  async breakThings(injector) {
    const { tiers, servers } = injector.system;
    const turns = [
      () => Promise.resolve(tiers.consumer),
      () => Promise.resolve(tiers.publisher),
      () => Promise.resolve(servers.rabbitMq.broker),
      () => Promise.resolve(tiers.general),
      async () => (await injector.nodesOfDrop()).master,
      () => Promise.resolve(tiers.realtime),
    ];
    let turn = 0;
    await injector.repeatedly([1, 3], async () => {
      const next = turns[turn % turns.length];
      turn += 1;
      if (next) injector.kill(await next());
    });
  },
};

/** Not run, but thought through; docs/reliability.md says what happens. */
export const describedOnly = ['broker-disk-full'] as const;

async function killOne(injector: FaultInjector): Promise<void> {
  const { servers, tiers, payments } = injector.system;
  const tier = (): void => injector.kill(tiers[pick<TierName>(injector, tierNames)]);
  const drawn = injector.random.between(0, 100);
  if (drawn < 60) tier();
  else if (drawn < 70) injector.kill(servers.rabbitMq.broker);
  else if (drawn < 80) injector.kill(payments);
  else if (drawn < 90) for (const server of servers.mariaDb.processes) injector.kill(server);
  // Back with its data before anybody takes over: two failovers in a row are another drill.
  else injector.kill(pick(injector, servers.redis.processes));
}

function pick<T>(injector: FaultInjector, items: readonly T[]): T {
  return items[injector.random.whole(0, items.length - 1)]!;
}

/** One that is answered by one line. */
async function command(port: number, text: string): Promise<void> {
  const reply = await exchange(port, `${text}\r\n`, (so) => so.endsWith('\r\n'), 5_000);
  if (reply.startsWith('-')) throw new Error(`${text}: ${reply.trim()}`);
}
