/**
 * What sign-in and checkout wait while entries come as fast as they are answered, against what they wait by themselves:
 * the whole system behind nginx, on all cores, with who floods it and who asks.
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

/** A second. A sign-in is 150 ms of CPU. */
const signIns = 1;
const checkouts = 10;
/** Below that a round has too few sign-ins for its 99th percentile to mean anything. */
const leastSeconds = 20;
const password = 'correct-horse-battery-staple';

/** `quiet`: no flood; `rush`: every entry is accepted and decided; `soldOut`: none is. */
const phases = ['quiet', 'rush', 'soldOut'] as const;
type Phase = (typeof phases)[number];
const called = { quiet: 'no flood', rush: 'all accepted', soldOut: 'all sold out' } as const;

/** Milliseconds waited; entries a second that were answered as they should, and that were told to come again. */
type Found = { signIn: number[]; checkout: number[]; entries: number; putOff: number };
type Traffic = { door: number; flood: Flood; drops: Record<'rush' | 'soldOut', Drop>; buyers: Identity[] };

export async function benchIsolation(system: BenchSystem, plan: Plan): Promise<Finding> {
  const seconds = Math.max(leastSeconds, plan.seconds);
  const { traffic, cpu } = await startTraffic(system, seconds);
  const rounds: Record<Phase, Found>[] = [];
  const spent: Record<string, number> = {};
  await system.step('warm-up', async () => {
    for (const phase of phases) await onePhase(system, traffic, phase, 5);
  });
  for (let each = 1; each <= plan.rounds; each += 1) {
    const found: Partial<Record<Phase, Found>> = {};
    await system.step(`round ${each} of ${plan.rounds}`, async () => {
      for (const phase of phases) {
        const before = cpu();
        found[phase] = await onePhase(system, traffic, phase, seconds);
        const after = cpu();
        if (phase === 'rush')
          for (const [name, value] of Object.entries(after))
            spent[name] = (spent[name] ?? 0) + (value - before[name]!) / seconds / plan.rounds;
      }
    });
    rounds.push(found as Record<Phase, Found>);
  }

  const p = (percent: number, what: 'signIn' | 'checkout', phase: Phase) =>
    rounds.map((found) => percentile(found[phase][what], percent));
  const ratios = (what: 'signIn' | 'checkout', phase: Phase) =>
    rounds.map((found) => percentile(found[phase][what], 99) / percentile(found.quiet[what], 99));
  const ratio = (what: 'signIn' | 'checkout', phase: Phase) => round(median(ratios(what, phase)), 2);
  const worst = (['signIn', 'checkout'] as const)
    .flatMap((what) =>
      (['rush', 'soldOut'] as const).map((phase) => ({ what, phase, ratio: ratio(what, phase) })),
    )
    .toSorted((a, b) => b.ratio - a.ratio)[0]!;
  return {
    value: round(median(p(99, worst.what, worst.phase)), 1),
    unit: `ms, p99 of ${worst.what === 'signIn' ? 'sign-in' : 'checkout'} in a flood of entries, ${called[worst.phase]}`,
    reference: round(median(p(99, worst.what, 'quiet')), 1),
    ratio: worst.ratio,
    more: {
      signInInRush: ratio('signIn', 'rush'),
      signInWhileSoldOut: ratio('signIn', 'soldOut'),
      checkoutInRush: ratio('checkout', 'rush'),
      checkoutWhileSoldOut: ratio('checkout', 'soldOut'),
      entriesPutOff: round(median(rounds.map(({ rush }) => rush.putOff)), 2),
    },
    table: [
      ['', 'entries/s', 'sign-in p50 ms', 'p99 ms', 'times', 'checkout p50 ms', 'p99 ms', 'times'],
      ...phases.map((phase) => [
        called[phase],
        spread(rounds.map((found) => found[phase].entries)),
        ...(['signIn', 'checkout'] as const).flatMap((what) => [
          spread(p(50, what, phase)),
          spread(p(99, what, phase)),
          phase === 'quiet' ? '' : spread(ratios(what, phase), 2),
        ]),
      ]),
    ],
    notes: [
      `${signIns} sign-ins and ${checkouts} checkouts a second all along; publisher, consumer, broker and who floods have a quarter of the others’ weight`,
      `cores' worth of CPU while all are accepted: ${Object.entries(spent)
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
  const small = await system.openDrop({ holdSeconds: 900 });
  const drops = { rush: await system.openDrop({ standbyLimit: 50_000_000 }), soldOut: small };
  const flood = await startFlood(system, Object.values(drops));
  system.useAllCores();
  // As docker-compose.yml has it. Who floods would have machines of their own.
  yieldCpu([tiers.publisher.child, tiers.consumer.child, ...system.servers.rabbitMq.processes, flood.child]);
  const address = ({ port }: Measured) => [`127.0.0.1:${port}`];
  const door = await system.startFrontDoor(
    {
      publisher: address(tiers.publisher),
      realtime: address(tiers.realtime),
      general: address(tiers.general),
    },
    // One for each core, as it would be.
    { workers: 'auto' },
  );
  const buyers = await makeBuyers(
    system.db,
    readKeyList(system.secrets.sessionKey),
    Math.max(checkouts * seconds, 200),
  );
  // Nobody pays for these.
  await payRequests(system, small, buyers.slice(0, small.capacity));
  const hash = await hashPassword(password);
  await system.db('users').update({ password_hash: hash });
  const ofOurs = () => ({
    publisher: cpuOfAll([tiers.publisher.child]),
    consumer: cpuOfAll([tiers.consumer.child]),
    realtime: cpuOfAll([tiers.realtime.child]),
    general: cpuOfAll([tiers.general.child, payments]),
    nginx: cpuOfAll(door.processes),
    ...cpuOfServers(system.servers),
    flood: cpuOfAll([flood.child]),
    asking: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  const cpu = (): Record<string, number> => {
    const ours = ofOurs();
    const others = machineCpuSeconds() - Object.values(ours).reduce((sum, each) => sum + each, 0);
    return { ...ours, 'all else on this machine': others };
  };
  return { traffic: { door: door.port, flood, drops, buyers }, cpu };
}

async function onePhase(
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
  // Entries may be put off with "not available" when nothing is left for them; anything else is a fault.
  if (others.some(([status]) => status < 502 || status > 504))
    throw new Error(`the flood (${phase}) was answered ${JSON.stringify([...answers])}`);
  // What was accepted is decided before the next.
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
  let at = 0;
  return [
    {
      name: 'sign-in',
      perSecond: signIns,
      status: 200,
      next: () => {
        at += 1;
        const { email } = users[at % users.length]!;
        // Each from an address of their own: one that signs in so many would be stopped.
        return post('/api/auth/signin', { email, password }, { 'x-forwarded-for': `203.0.113.${at % 250}` });
      },
    },
    { name: 'checkout', perSecond: checkouts, status: 201, next: () => payments.pop()! },
  ];
}
