/**
 * Latency of sign-in and checkout during a flood of entries, against their latency without it: the whole system behind
 * nginx, on all cores, which the load generators share.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashPassword } from '../../general/accounts/passwords.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { makeBuyers, type Identity } from '../buyer/make-buyers.ts';
import { payRequests } from './checkout.ts';
import { cpuOfAll, cpuOfServers, machineCpuSeconds } from './cpu-time.ts';
import { yieldCpu } from './cpu-weight.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import { startFlood, type Flood } from './flood.ts';
import type { Plan } from './plan.ts';
import { percentile } from '../statistics.ts';
import { probe, type Probe } from './probe.ts';
import { post } from '../buyer/requests.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

/** Requests per second. A sign-in costs 150 ms of CPU. */
const signIns = 1;
const checkouts = 10;
/** A shorter round has too few sign-ins for a 99th percentile. */
const minSeconds = 20;
const password = 'correct-horse-battery-staple';

/** `quiet`: no flood; `rush`: every entry is accepted and decided; `soldOut`: every entry is refused. */
const phases = ['quiet', 'rush', 'soldOut'] as const;
type Phase = (typeof phases)[number];
const phaseNames = { quiet: 'no flood', rush: 'all accepted', soldOut: 'all sold out' } as const;

/** Latencies in ms; `entries`: entries/s that got the expected answer; `putOff`: entries/s answered 502, 503 or 504. */
type Found = { signIn: number[]; checkout: number[]; entries: number; putOff: number };
type Traffic = { door: number; flood: Flood; drops: Record<'rush' | 'soldOut', Drop>; buyers: Identity[] };

export async function benchIsolation(system: BenchSystem, plan: Plan): Promise<Finding> {
  const seconds = Math.max(minSeconds, plan.seconds);
  const { traffic, cpu } = await startTraffic(system, seconds);
  const rounds: Record<Phase, Found>[] = [];
  const spent: Record<string, number> = {};
  await system.step('warm-up', async () => {
    for (const phase of phases) await runPhase(system, traffic, phase, 5);
  });
  for (let each = 1; each <= plan.rounds; each += 1) {
    const found: Partial<Record<Phase, Found>> = {};
    await system.step(`round ${each} of ${plan.rounds}`, async () => {
      for (const phase of phases) {
        const before = cpu();
        found[phase] = await runPhase(system, traffic, phase, seconds);
        const after = cpu();
        if (phase === 'rush')
          for (const [name, value] of Object.entries(after))
            spent[name] = (spent[name] ?? 0) + (value - before[name]!) / seconds / plan.rounds;
      }
    });
    rounds.push(found as Record<Phase, Found>);
  }

  const p = (percent: number, request: 'signIn' | 'checkout', phase: Phase) =>
    rounds.map((found) => percentile(found[phase][request], percent));
  const ratios = (request: 'signIn' | 'checkout', phase: Phase) =>
    rounds.map((found) => percentile(found[phase][request], 99) / percentile(found.quiet[request], 99));
  const ratio = (request: 'signIn' | 'checkout', phase: Phase) => round(median(ratios(request, phase)), 2);
  const worst = (['signIn', 'checkout'] as const)
    .flatMap((request) =>
      (['rush', 'soldOut'] as const).map((phase) => ({ request, phase, ratio: ratio(request, phase) })),
    )
    .toSorted((a, b) => b.ratio - a.ratio)[0]!;
  return {
    value: round(median(p(99, worst.request, worst.phase)), 1),
    unit: `ms, p99 of ${worst.request === 'signIn' ? 'sign-in' : 'checkout'} during a flood of entries, ${phaseNames[worst.phase]}`,
    reference: round(median(p(99, worst.request, 'quiet')), 1),
    ratio: worst.ratio,
    more: {
      signInInRush: ratio('signIn', 'rush'),
      signInWhileSoldOut: ratio('signIn', 'soldOut'),
      checkoutInRush: ratio('checkout', 'rush'),
      checkoutWhileSoldOut: ratio('checkout', 'soldOut'),
      entriesPutOff: round(median(rounds.map(({ rush }) => rush.putOff)), 2),
    },
    table: [
      ['', 'entries/s', 'sign-in p50 ms', 'p99 ms', 'ratio', 'checkout p50 ms', 'p99 ms', 'ratio'],
      ...phases.map((phase) => [
        phaseNames[phase],
        spread(rounds.map((found) => found[phase].entries)),
        ...(['signIn', 'checkout'] as const).flatMap((request) => [
          spread(p(50, request, phase)),
          spread(p(99, request, phase)),
          phase === 'quiet' ? '' : spread(ratios(request, phase), 2),
        ]),
      ]),
    ],
    notes: [
      `${signIns} sign-ins and ${checkouts} checkouts per second throughout; publisher, consumer, broker and flood have a quarter of the CPU weight of the others`,
      `cores used while all entries are accepted: ${Object.entries(spent)
        .map(([name, value]) => `${name} ${number(value, 2)}`)
        .join(', ')}`,
    ],
  };
}

async function startTraffic(system: BenchSystem, seconds: number) {
  const tiers = {
    publisher: await system.startTier('publisher'),
    consumer: await system.startTier('consumer'),
    realtime: await system.startTier('realtime'),
    general: await system.startTier('general'),
  };
  const payments = await system.startPayments(tiers.general);
  const soldOutDrop = await system.openDrop({ holdSeconds: 900 });
  const drops = { rush: await system.openDrop({ standbyLimit: 50_000_000 }), soldOut: soldOutDrop };
  const flood = await startFlood(system, Object.values(drops));
  system.useAllCores();
  // The weights of docker-compose.yml. The flood gets a low one because real buyers have machines of their own.
  yieldCpu([tiers.publisher.child, tiers.consumer.child, ...system.servers.rabbitMq.processes, flood.child]);
  const address = ({ port }: Measured) => [`127.0.0.1:${port}`];
  const door = await system.startFrontDoor(
    {
      publisher: address(tiers.publisher),
      realtime: address(tiers.realtime),
      general: address(tiers.general),
    },
    // One worker per core, as in production.
    { workers: 'auto' },
  );
  const buyers = await makeBuyers(
    system.db,
    readKeyList(system.secrets.sessionKey),
    Math.max(checkouts * seconds, 200),
  );
  // Claims every seat; the checkout requests are not sent.
  await payRequests(system, soldOutDrop, buyers.slice(0, soldOutDrop.capacity));
  const hash = await hashPassword(password);
  await system.db('users').update({ password_hash: hash });
  const cpuByProcess = () => ({
    publisher: cpuOfAll([tiers.publisher.child]),
    consumer: cpuOfAll([tiers.consumer.child]),
    realtime: cpuOfAll([tiers.realtime.child]),
    general: cpuOfAll([tiers.general.child, payments]),
    nginx: cpuOfAll(door.processes),
    ...cpuOfServers(system.servers),
    flood: cpuOfAll([flood.child]),
    probes: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  const cpu = (): Record<string, number> => {
    const measured = cpuByProcess();
    const others = machineCpuSeconds() - Object.values(measured).reduce((sum, each) => sum + each, 0);
    return { ...measured, 'rest of this machine': others };
  };
  return { traffic: { door: door.port, flood, drops, buyers }, cpu };
}

async function runPhase(
  system: BenchSystem,
  traffic: Traffic,
  phase: Phase,
  seconds: number,
): Promise<Found> {
  const { door, flood, drops, buyers } = traffic;
  const probes = await probesFor(system, buyers, seconds);
  const flooding = phase === 'quiet' ? undefined : flood.pour(door, drops[phase], seconds + 1);
  flooding?.catch(() => {});
  await sleep(500);
  const [signIn, checkout] = await Promise.all(probes.map((each) => probe(door, each, seconds)));
  const answers = (await flooding) ?? new Map<number, number>();
  const expected = phase === 'rush' ? 202 : 409;
  const others = [...answers].filter(([status]) => status !== expected);
  // Entries may be put off with 502 to 504 when no capacity is left for them; any other answer is a fault.
  if (others.some(([status]) => status < 502 || status > 504))
    throw new Error(`unexpected answers to the flood (${phase}): ${JSON.stringify([...answers])}`);
  // Lets the consumer decide the accepted entries before the next phase.
  await sleep(2_000);
  return {
    signIn: signIn!,
    checkout: checkout!,
    entries: (answers.get(expected) ?? 0) / (seconds + 1),
    putOff: others.reduce((sum, [, count]) => sum + count, 0) / (seconds + 1),
  };
}

async function probesFor(system: BenchSystem, buyers: Identity[], seconds: number): Promise<[Probe, Probe]> {
  const users: { email: string }[] = await system
    .db('users')
    .whereIn(
      'id',
      buyers.map(({ userId }) => userId),
    )
    .select('email');
  const drop = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 100, seatsPerRow: 50 }],
    holdSeconds: 900,
  });
  const payments = await payRequests(
    system,
    drop,
    buyers.slice(0, Math.max(1, Math.round(checkouts * seconds))),
  );
  let requestCount = 0;
  return [
    {
      name: 'sign-in',
      perSecond: signIns,
      status: 200,
      next: () => {
        requestCount += 1;
        const { email } = users[requestCount % users.length]!;
        // From varying addresses: the limit of sign-ins per address would stop a single one.
        return post(
          '/api/auth/signin',
          { email, password },
          { 'x-forwarded-for': `203.0.113.${requestCount % 250}` },
        );
      },
    },
    { name: 'checkout', perSecond: checkouts, status: 201, next: () => payments.pop()! },
  ];
}
