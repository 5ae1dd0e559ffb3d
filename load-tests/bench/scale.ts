/**
 * Throughput from nginx to the outcome with one and two processes per tier and one, two and four partitions; the CPU
 * and memory that it costs each server; and a cost model fitted to two of these runs and validated on a third. The
 * model is written to commands/capacity/model.json, for `npm run capacity`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { publishNews } from '../../shared/messages/news.ts';
import { places } from '../../shared/inventory/keys.ts';
import { signSession } from '../../shared/auth/session.ts';
import { costOfRun, type CapacityModel } from '../commands/capacity/model.ts';
import { addressOfBuyer, makeBuyers } from '../buyer/make-buyers.ts';
import { payEverything } from './checkout.ts';
import { cpuOfAll, cpuSeconds } from './cpu-time.ts';
import { gatherWatchers, residentBytes } from './crowd.ts';
import { median, number, round, type Finding } from './figures.ts';
import { offer } from './http-load.ts';
import type { Plan } from './plan.ts';
import { postEntry } from '../buyer/requests.ts';
import { root } from '../../local/system.ts';
import type { FrontDoor, Measured, BenchSystem } from './bench-system.ts';
import { countOutcomes, type OutcomeCounter } from './outcome-counter.ts';

/** Each buyer asks for one seat, and standby has room for the rest, so that each press becomes an entry. */
type Mix = { entries: number; seats: number };
const rush: Mix = { entries: 60_000, seats: 2_000 };
const allWin: Mix = { entries: 20_000, seats: 20_000 };
const unseen: Mix = { entries: 40_000, seats: 10_000 };

const connections = 256;
const sockets = 3_000;
const orders = 2_000;
const patienceMs = 180_000;
const modelFile = 'load-tests/commands/capacity/model.json';

type Cost = { publisher: number; nginx: number; broker: number; consumer: number; redis: number };
type Played = Mix & { partitions: number; rate: number; cost: Cost; redisBytes: number };
type Run = Played & { processes: number };

type System = {
  tiers: { publisher: Measured[]; consumer: Measured[] };
  door: FrontDoor;
  outcomes: OutcomeCounter;
};

export async function benchScale(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const runs: Run[] = [];
  const outcomes = countOutcomes(system);
  let model: CapacityModel | undefined;
  const tiers: System['tiers'] = { publisher: [], consumer: [] };
  for (const processes of [1, 2]) {
    tiers.publisher.push(await system.startTier('publisher'));
    tiers.consumer.push(await system.startTier('consumer'));
    system.useAllCores();
    const address = ({ port }: Measured) => `127.0.0.1:${port}`;
    const door = await system.startFrontDoor({
      publisher: tiers.publisher.map(address),
      realtime: ['127.0.0.1:1'],
      general: ['127.0.0.1:1'],
    });
    const parts = { tiers, door, outcomes };
    const play = (mix: Mix, partitions: number) => playRun(system, parts, mix, partitions);
    if (processes === 1) {
      await system.step('warm-up', () => play(allWin, 1));
      const [rushRun, allWinRun, unseenRun] = await system.step(`runs for the model, ${rounds} rounds`, () =>
        inTurns(rounds, [rush, allWin, unseen], (mix) => play(mix, 1)),
      );
      const rest = await system.step('sockets and orders', () => socketsAndOrders(system));
      model = { ...fit(rushRun!, allWinRun!), ...rest };
      runs.push({ ...rushRun!, processes }, { ...unseenRun!, processes });
    }
    for (const partitions of processes === 1 ? [2, 4] : [1, 2, 4]) {
      await system.step(`${processes} processes per tier, ${partitions} partitions`, async () => {
        runs.push({ ...(await play(rush, partitions)), processes });
      });
    }
    await door.stop();
  }
  outcomes.stop();
  writeFileSync(join(root, modelFile), `${JSON.stringify(model, null, 2)}\n`);

  const unseenRun = runs.find(({ entries }) => entries === unseen.entries)!;
  const { errors, totalError } = errorsOf(model!, unseenRun);
  const [firstRun] = runs;
  const twoProcessRun = runs.find(({ processes, partitions }) => processes === 2 && partitions === 2)!;
  return {
    value: round(Math.abs(totalError) * 100, 1),
    unit: '% error of the model in the CPU of a run it was not fitted to',
    reference: 20,
    ratio: round(Math.abs(totalError) / 0.2, 3),
    more: {
      entriesPerSecond: Math.round(firstRun!.rate),
      twoOfEach: Math.round(twoProcessRun.rate),
      redisMbPerMillionEntries: round(((firstRun!.redisBytes / firstRun!.entries) * 1e6) / 2 ** 20, 1),
      ...Object.fromEntries(errors.map(([name, error]) => [`${name}Off`, round(100 * error, 1)])),
    },
    table: [
      [
        'processes',
        'partitions',
        'entries',
        'seats',
        'outcomes/s',
        ...Object.keys(firstRun!.cost).map((name) => `${name} µs`),
        'Redis B/entry',
      ],
      ...runs.map(({ processes, partitions, entries, seats, rate, cost, redisBytes }) => [
        String(processes),
        String(partitions),
        number(entries),
        number(seats),
        number(rate),
        ...Object.values(cost).map((seconds) => number((seconds / entries) * 1e6, 1)),
        number(redisBytes / entries),
      ]),
    ],
    notes: [
      'µs: CPU per entry; all processes share the machine with the load generator',
      `error of the model, fitted to two other runs, in the run with ${number(unseen.entries)} entries: ${errors
        .map(([name, error]) => `${name} ${error > 0 ? '+' : ''}${number(100 * error)} %`)
        .join(', ')}; total CPU ${totalError > 0 ? '+' : ''}${number(100 * totalError)} %`,
      `the model is in ${modelFile}`,
    ],
  };
}

/** Relative errors of the model's prediction of a run: of each figure, and of the total CPU. */
function errorsOf(model: CapacityModel, run: Run) {
  const { entries: presses, seats: holds } = run;
  const predicted = costOfRun(model, { presses, entries: presses, holds });
  const measured: Record<string, number> = { ...run.cost, redisBytes: run.redisBytes };
  const errors = Object.entries(predicted).map(
    ([name, value]) => [name, value / measured[name]! - 1] as const,
  );
  const totalCpu = (costs: Record<string, number>) =>
    Object.entries(costs).reduce(
      (total, [name, value]) => (name === 'redisBytes' ? total : total + value),
      0,
    );
  const totalError = totalCpu(predicted) / totalCpu(measured) - 1;
  return { errors, totalError };
}

/** Plays the mixes in turn, `rounds` times. Returns one run per mix, each figure the median over the rounds. */
async function inTurns(
  rounds: number,
  mixes: readonly Mix[],
  play: (mix: Mix) => Promise<Played>,
): Promise<Played[]> {
  const found = mixes.map((): Played[] => []);
  for (let each = 1; each <= rounds; each += 1)
    for (const [at, mix] of mixes.entries()) found[at]!.push(await play(mix));
  return found.map((runs) => {
    const [first] = runs;
    const costs = Object.keys(first!.cost) as (keyof Cost)[];
    return {
      ...first!,
      rate: median(runs.map(({ rate }) => rate)),
      redisBytes: median(runs.map(({ redisBytes }) => redisBytes)),
      cost: Object.fromEntries(
        costs.map((name) => [name, median(runs.map(({ cost }) => cost[name]))]),
      ) as Cost,
    };
  });
}

/** Solves two runs for two unknowns: the cost of every entry, and the extra cost of an entry that gets a hold. */
function fit(rushRun: Played, allWinRun: Played) {
  const solve = (a: number, b: number) => {
    const perHold =
      (b / allWinRun.entries - a / rushRun.entries) /
      (allWinRun.seats / allWinRun.entries - rushRun.seats / rushRun.entries);
    const perEntry = a / rushRun.entries - (perHold * rushRun.seats) / rushRun.entries;
    // A cost below the noise can come out negative.
    return { perEntry: Math.max(0, perEntry), perHold: Math.max(0, perHold) };
  };
  const micros = (name: keyof Cost) => solve(rushRun.cost[name] * 1e6, allWinRun.cost[name] * 1e6);
  const perEntry = (name: keyof Cost) => ({
    perEntry: ((rushRun.cost[name] + allWinRun.cost[name]) / (rushRun.entries + allWinRun.entries)) * 1e6,
  });
  const bytes = solve(rushRun.redisBytes, allWinRun.redisBytes);
  return {
    publisher: perEntry('publisher'),
    nginx: perEntry('nginx'),
    broker: micros('broker'),
    consumer: micros('consumer'),
    redis: {
      ...micros('redis'),
      bytesPerEntry: bytes.perEntry,
      bytesPerHold: bytes.perHold,
    },
  };
}

async function playRun(
  system: BenchSystem,
  { tiers, door, outcomes }: System,
  mix: Mix,
  partitions: number,
): Promise<Played> {
  const { redis, inventory } = system;
  const drop = await system.openDrop({
    sections: [{ name: 'Stalls', rows: mix.seats / 50, seatsPerRow: 50 }],
    standbyLimit: mix.entries,
    maxPerBuyer: 1,
    partitions,
    holdSeconds: 900,
  });
  const requests = requestsFor(system, drop, mix.entries);
  const cost = (): Cost => {
    const children = (processes: readonly Measured[]) => processes.map(({ child }) => child);
    return {
      publisher: cpuOfAll(children(tiers.publisher)),
      nginx: cpuOfAll(door.processes),
      broker: cpuOfAll(system.servers.rabbitMq.processes),
      consumer: cpuOfAll(children(tiers.consumer)),
      redis: cpuOfAll(system.servers.redis.processes),
    };
  };
  const [before, bytesBefore] = [cost(), await usedBytes(system)];
  const allPublished = await outcomes.listen(drop.id);
  const since = performance.now();
  const { answers } = await offer({ port: door.port, connections, next: () => requests.pop() });
  if (answers.get(202) !== mix.entries) throw new Error(`unexpected answers ${JSON.stringify([...answers])}`);
  const rate = mix.entries / (((await allPublished(mix.entries, patienceMs)) - since) / 1000);
  const [after, bytesAfter] = [cost(), await usedBytes(system)];
  await redis.hdel(inventory.keys.liveDrops, String(drop.id));
  for (const place of places(drop.id, partitions)) await redis.unlink(...inventory.keys.all(place));
  const spent = Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, value - before[name as keyof Cost]]),
  ) as Cost;
  return { ...mix, partitions, rate, cost: spent, redisBytes: bytesAfter - bytesBefore };
}

function requestsFor(system: BenchSystem, drop: Drop, entries: number): Buffer[] {
  const key = readKeyList(system.secrets.sessionKey);
  return Array.from({ length: entries }, (_, index) => {
    const userId = index + 1;
    const token = signSession({ userId, role: 'shopper' }, key);
    return postEntry(drop, { userId, token, address: addressOfBuyer(index) });
  });
}

/** Bytes of data on all masters, without connection buffers. */
async function usedBytes({ redis }: BenchSystem): Promise<number> {
  const infos = await Promise.all(redis.nodes('master').map((node) => node.info('memory')));
  return infos.reduce((total, info) => total + Number(/used_memory_dataset:(\d+)/.exec(info)?.[1] ?? 0), 0);
}

async function socketsAndOrders(
  system: BenchSystem,
): Promise<Pick<CapacityModel, 'realtime' | 'general' | 'mysql'>> {
  const { redis, inventory, servers } = system;
  const drop = await system.openDrop();
  const realtime = await system.startTier('realtime');
  const pid = realtime.child.pid;
  const [cpuBefore, bytesBefore] = [cpuSeconds(pid), residentBytes(pid)];
  const crowd = await gatherWatchers(system, realtime, { drop, size: sockets });
  const [cpuOpen, bytesOpen] = [cpuSeconds(pid), residentBytes(pid)];
  const rounds = 20;
  const soldOut = Array.from({ length: sockets }, (_, index) => index + 1);
  for (let each = 0; each < rounds; each += 1)
    await publishNews(redis, inventory.keys, { dropId: drop.id, events: [], soldOut });
  // realtime handles this request after the news, so its answer means that all news is passed on.
  await fetch(`${realtime.url}/healthz`);
  const cpuSent = cpuSeconds(pid);
  await crowd.leave();
  await realtime.child.stop();

  const general = await system.startTier('general');
  const payments = await system.startPayments(general);
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), orders);
  await payEverything(system, general, buyers);
  const [generalBefore, mysqlBefore] = [cpuSeconds(general.child.pid), cpuOfAll(servers.mariaDb.processes)];
  await payEverything(system, general, buyers);
  const perOrder = (seconds: number) => (seconds / orders) * 1e6;
  const found = {
    realtime: {
      perConnection: ((cpuOpen - cpuBefore) / sockets) * 1e6,
      perOutcome: ((cpuSent - cpuOpen) / sockets / rounds) * 1e6,
      bytesPerConnection: (bytesOpen - bytesBefore) / sockets,
    },
    general: { perOrder: perOrder(cpuSeconds(general.child.pid) - generalBefore) },
    mysql: { perOrder: perOrder(cpuOfAll(servers.mariaDb.processes) - mysqlBefore) },
  };
  await general.child.stop();
  await payments.stop();
  return found;
}
