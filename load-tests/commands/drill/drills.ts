/** The drills: which faults each injects. A drill injects faults until its time is over, and leaves none behind. */
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
  about: string;
  /** Rules that cannot hold in full in this drill, since Redis loses writes that it had acknowledged. */
  mayLose?: readonly Rule[];
  injectFaults: (injector: FaultInjector) => Promise<void>;
  /** Runs before the drop. Resolves with a check that runs after it. */
  prepare?: (deps: AgeDeps) => Promise<Aftermath>;
  /** Settings of all tiers, in addition to those of every drill. */
  tierSettings?: Record<string, string>;
  /** Percentages of the buyers who get seats, which override those of every drill. */
  chances?: Partial<Scenario['chances']>;
  /** The seats cost nothing. */
  free?: boolean;
};

export type Aftermath = (drop: Drop, report: Report) => Promise<void>;

/** Longer than the cluster's node timeout (5 s) plus an election, so that the replica takes over. */
const takeoverMs = 12_000;

/** The broker closes a connection after three missed heartbeats of 10 s. */
const heartbeatTimeoutMs = 30_000;

export const drills: readonly Drill[] = [
  ...tierNames.map((name) => ({
    name: `${name}-killed`,
    about: `${name} gets kill -9 at random moments, also while it starts`,
    injectFaults: (injector: FaultInjector) =>
      injector.repeatedly([1, 5], async () => {
        // Usually waits until it is ready: on a slow machine it would otherwise always be killed while it starts.
        if (injector.random.chance(75)) await injector.system.ready(name);
        await injector.pause(0.2, 4);
        injector.kill(injector.system.tiers[name]);
      }),
  })),
  {
    name: 'redis-master-killed',
    about:
      'the Redis master of the drop gets kill -9; it restarts at once, or only after its replica has taken over',
    injectFaults: (injector) =>
      injector.repeatedly([4, 10], async () => {
        const { master } = await injector.nodesOfDrop();
        injector.kill(master, injector.random.chance(70) ? takeoverMs : 0);
        await sleep(takeoverMs);
        await injector.system.untilWhole(); // the next drill is about a replica without the data
      }),
  },
  {
    name: 'redis-replica-behind',
    about:
      'the replica is cut off for 1 to 4 s, then its master is killed: no buyer was told what the replica lacks',
    injectFaults: (injector) =>
      injector.repeatedly([5, 12], async () => {
        const { master, replica } = await injector.nodesOfDrop();
        if (!replica) return;
        // A wrong password keeps the replica from reconnecting to the master.
        await command(injector.portOf(replica), 'CONFIG SET masterauth cut-off');
        await command(injector.portOf(master), 'CLIENT KILL TYPE replica');
        injector.fault(`${replica.name} cut off from ${master.name}`);
        await sleep(injector.random.between(1_000, 4_000));
        injector.kill(master, takeoverMs);
        await sleep(takeoverMs);
        await command(injector.portOf(replica), 'CONFIG SET masterauth ""');
        await injector.system.untilWhole();
      }),
  },
  {
    name: 'redis-node-paused',
    about: 'the Redis master of the drop is paused for longer than the node timeout, and then resumes',
    injectFaults: (injector) =>
      injector.repeatedly([4, 10], async () => {
        const { master } = await injector.nodesOfDrop();
        await injector.freeze(master, injector.random.between(7_000, takeoverMs));
        await injector.system.untilWhole();
      }),
  },
  {
    name: 'consumer-paused',
    about:
      'the active one of two consumers is paused until the broker has closed its connection, and resumes after Redis has forgotten the replies to its batches',
    async injectFaults(injector) {
      const { system } = injector;
      const second = await system.startAnother('consumer');
      // A consumer that was closed out reconnects as the standby one.
      let [active, standby] = [system.tiers.consumer, second];
      try {
        await injector.repeatedly([3, 8], async () => {
          await injector.freeze(
            active,
            injector.random.between(heartbeatTimeoutMs, heartbeatTimeoutMs + 6_000),
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
    about: 'the broker gets kill -9 and restarts with what it had on disk',
    injectFaults: (injector) =>
      injector.repeatedly([3, 12], async () => injector.kill(injector.system.servers.rabbitMq.broker)),
  },
  {
    name: 'confirms-outstanding',
    about:
      'the broker is paused, so entries wait for its confirm; then it and the publisher get kill -9 together',
    injectFaults: (injector) =>
      injector.repeatedly([2, 6], async () => {
        const { tiers, servers } = injector.system;
        await injector.system.ready('publisher');
        await injector.pause(1, 3);
        servers.rabbitMq.broker.kill('SIGSTOP');
        // Shorter than the publisher's timeout for a confirm, so that no buyer has got a 503 yet.
        await sleep(injector.random.between(500, 2_500));
        // The publisher first: it could resend what the broker has not read.
        injector.kill(tiers.publisher);
        injector.kill(servers.rabbitMq.broker);
      }),
  },
  {
    name: 'rabbitmq-alarm',
    about: 'the broker’s memory alarm is raised for 3 to 10 s: it blocks every connection that publishes',
    injectFaults: (injector) =>
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
    about: 'MariaDB gets kill -9 and recovers from its log',
    injectFaults: (injector) =>
      injector.repeatedly([3, 9], async () => {
        for (const server of injector.system.servers.mariaDb.processes) {
          injector.kill(server, injector.random.chance(30) ? 6_000 : 0);
        }
      }),
  },
  {
    name: 'payments-slow',
    about: 'the payment provider is paused for longer than checkout waits, or gets kill -9',
    injectFaults: (injector) =>
      injector.repeatedly([2, 6], async () => {
        if (injector.random.chance(50))
          injector.kill(injector.system.payments, injector.random.between(0, 3_000));
        else await injector.freeze(injector.system.payments, injector.random.between(2_000, 9_000));
      }),
  },
  {
    name: 'payments-faulty',
    about: 'the provider answers 500, late or not at all; its webhooks come twice, late and out of order',
    async injectFaults(injector) {
      const { line } = injector.system;
      await injector.repeatedly([4, 8], async () => {
        const before = line.faultCount;
        line.setFaults({
          error: 15,
          late: 8,
          dropCall: 10,
          dropAnswer: 15,
          webhookTwice: 30,
          webhookLate: 30,
        });
        await sleep(5_000);
        injector.fault(`${line.faultCount - before} calls and webhooks had a fault`);
      });
      line.setFaults(undefined);
    },
  },
  {
    name: 'nothing-to-pay',
    about: 'the seats cost nothing; general, MariaDB or the Redis master of the drop gets kill -9',
    free: true,
    injectFaults: (injector) =>
      injector.repeatedly([1, 4], async () => {
        const { tiers, servers } = injector.system;
        const drawn = injector.random.between(0, 100);
        if (drawn < 60) injector.kill(tiers.general);
        else if (drawn < 80) for (const server of servers.mariaDb.processes) injector.kill(server);
        else injector.kill((await injector.nodesOfDrop()).master);
      }),
  },
  {
    name: 'clock-off',
    about: 'the clock of one tier is 30 s ahead or behind, and jumps back',
    async injectFaults(injector) {
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
    about: 'every tier and one server of each kind gets kill -9, one after the other in random order',
    async injectFaults(injector) {
      const { servers, tiers, payments } = injector.system;
      const victims = [
        ...Object.values(tiers),
        payments,
        servers.rabbitMq.broker,
        ...servers.mariaDb.processes,
        'redis' as const,
      ];
      let remaining: typeof victims = [];
      await injector.repeatedly([3, 5], async () => {
        if (remaining.length === 0) remaining = [...victims];
        const [victim] = remaining.splice(injector.random.integer(0, remaining.length - 1), 1);
        if (victim === 'redis') injector.kill((await injector.nodesOfDrop()).master);
        else if (victim) injector.kill(victim);
      });
    },
  },
  {
    name: 'servers-last',
    about:
      'everything gets kill -9 at once; the tiers restart at once and wait, the servers restart later in random order',
    injectFaults: (injector) =>
      injector.repeatedly([15, 25], async () => {
        const { servers, tiers, payments } = injector.system;
        const allServers = [
          ...servers.redis.processes,
          ...servers.mariaDb.processes,
          servers.rabbitMq.broker,
        ];
        for (const server of allServers) injector.kill(server, injector.random.between(1_000, 10_000));
        for (const process of [...Object.values(tiers), payments]) injector.kill(process);
        await injector.system.untilWhole();
      }),
  },
  {
    name: 'everything',
    about: 'random processes, tiers or servers, get kill -9; often several at once',
    injectFaults: (injector) =>
      injector.repeatedly([2, 6], async () => {
        for (let count = injector.random.integer(1, 3); count > 0; count -= 1) await killOne(injector);
        await injector.pause(0.1, 2);
      }),
  },
  // Last, because they need a new system with other settings.
  {
    name: 'aged',
    about:
      'the system has 1,000 ended drops, 300 stuck payments and 300 stuck refunds; one of two processes of each tier gets kill -9',
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
    injectFaults: (injector) =>
      injector.repeatedly([4, 10], () => {
        const { tiers, seconds } = injector.system;
        injector.kill(pick(injector, [...Object.values(tiers), ...seconds]));
        return Promise.resolve();
      }),
  },
  {
    name: 'consumer-cut-short',
    about:
      'the consumer gets kill -9 right after Redis has decided a batch: most holds are ended by timers, without the sweeper',
    tierSettings: { TIMER_GRACE_MS: '3600000' },
    chances: { lapse: 70, leave: 2, decline: 4, slow: 2, lost: 2, late: 2 },
    injectFaults: (injector) =>
      injector.repeatedly([0.5, 2], async () => {
        // Long enough for entries to queue up, and for a restarted consumer to declare its queues before the first
        // timer.
        injector.kill(injector.system.tiers.consumer, injector.random.between(500, 2_500));
        await injector.untilDecided();
        await injector.pause(0, 0.01);
        injector.kill(injector.system.tiers.consumer);
        await injector.system.ready('consumer');
      }),
  },
];

/** A short mix of kills, for `npm test`. */
export const shortDrill: Drill = {
  name: 'short',
  about:
    'each tier, the broker and a Redis master get kill -9 once or twice, one after the other; for npm test',
  async injectFaults(injector) {
    const { tiers, servers } = injector.system;
    const victims = [
      () => Promise.resolve(tiers.consumer),
      () => Promise.resolve(tiers.publisher),
      () => Promise.resolve(servers.rabbitMq.broker),
      () => Promise.resolve(tiers.general),
      async () => (await injector.nodesOfDrop()).master,
      () => Promise.resolve(tiers.realtime),
    ];
    let turn = 0;
    await injector.repeatedly([1, 3], async () => {
      const victim = victims[turn % victims.length];
      turn += 1;
      if (victim) injector.kill(await victim());
    });
  },
};

/** Faults that are not injected; docs/reliability.md describes what happens. */
export const describedOnly = ['broker-disk-full'] as const;

async function killOne(injector: FaultInjector): Promise<void> {
  const { servers, tiers, payments } = injector.system;
  const tier = (): void => injector.kill(tiers[pick<TierName>(injector, tierNames)]);
  const drawn = injector.random.between(0, 100);
  if (drawn < 60) tier();
  else if (drawn < 70) injector.kill(servers.rabbitMq.broker);
  else if (drawn < 80) injector.kill(payments);
  else if (drawn < 90) for (const server of servers.mariaDb.processes) injector.kill(server);
  // Restarts with its data before the replica takes over: this drill does not test two failovers in a row.
  else injector.kill(pick(injector, servers.redis.processes));
}

function pick<T>(injector: FaultInjector, items: readonly T[]): T {
  return items[injector.random.integer(0, items.length - 1)]!;
}

/** Sends a Redis command whose reply is one line. @throws if the reply is an error */
async function command(port: number, text: string): Promise<void> {
  const reply = await exchange(port, `${text}\r\n`, (received) => received.endsWith('\r\n'), 5_000);
  if (reply.startsWith('-')) throw new Error(`${text}: ${reply.trim()}`);
}
