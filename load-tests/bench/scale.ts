/**
 * The way from nginx to the outcome with one and two processes and with one, two and four partitions; what it costs in
 * CPU and memory of each server; and a model fitted from two of these runs, tried on one it has not seen. The model is
 * written to capacity/model.json, for `npm run capacity`.
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
import { listenToNews, type Told } from './told.ts';

/** One seat each, and for everybody else a place in standby: each press becomes an entry. */
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

type System = { tiers: { publisher: Measured[]; consumer: Measured[] }; door: FrontDoor; told: Told };

export async function benchScale(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const runs: Run[] = [];
  const told = listenToNews(system);
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
    const play = (mix: Mix, partitions: number) => playRun(system, { tiers, door, told }, mix, partitions);
    if (processes === 1) {
      await system.step('warm-up', () => play(allWin, 1));
      const [few, wins, seen] = await system.step(`the runs of the model, ${rounds} times`, () =>
        inTurns(rounds, [rush, allWin, unseen], (mix) => play(mix, 1)),
      );
      const rest = await system.step('sockets and orders', () => socketsAndOrders(system));
      model = { ...fit(few!, wins!), ...rest };
      runs.push({ ...few!, processes }, { ...seen!, processes });
    }
    for (const partitions of processes === 1 ? [2, 4] : [1, 2, 4]) {
      await system.step(`${processes} of each process, ${partitions} partitions`, async () => {
        runs.push({ ...(await play(rush, partitions)), processes });
      });
    }
    await door.stop();
  }
  told.stop();
  writeFileSync(join(root, modelFile), `${JSON.stringify(model, null, 2)}\n`);

  const last = runs.find(({ entries }) => entries === unseen.entries)!;
  const predicted = costOfRun(model!, { presses: last.entries, entries: last.entries, holds: last.seats });
  const measured: Record<string, number> = { ...last.cost, redisBytes: last.redisBytes };
  const errors = Object.entries(predicted).map(
    ([name, value]) => [name, value / measured[name]! - 1] as const,
  );
  const sum = (of: Record<string, number>) =>
    Object.entries(of).reduce((total, [name, value]) => (name === 'redisBytes' ? total : total + value), 0);
  const whole = sum(predicted) / sum(measured) - 1;
  const [one] = runs;
  const two = runs.find(({ processes, partitions }) => processes === 2 && partitions === 2)!;
  return {
    value: round(Math.abs(whole) * 100, 1),
    unit: '% off in the CPU of a run that the model has not seen',
    reference: 20,
    ratio: round(Math.abs(whole) / 0.2, 3),
    more: {
      entriesPerSecond: Math.round(one!.rate),
      twoOfEach: Math.round(two.rate),
      redisMbPerMillionEntries: round(((one!.redisBytes / one!.entries) * 1e6) / 2 ** 20, 1),
      ...Object.fromEntries(errors.map(([name, error]) => [`${name}Off`, round(100 * error, 1)])),
    },
    table: [
      [
        'processes',
        'partitions',
        'entries',
        'seats',
        'outcomes/s',
        ...Object.keys(one!.cost).map((name) => `${name} µs`),
        'Redis B each',
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
      'µs of CPU of each for an entry; all processes share the machine with who sends the load',
      `of the run with ${number(unseen.entries)} entries the model, fitted from two of the others, said: ${errors
        .map(([name, error]) => `${name} ${error > 0 ? '+' : ''}${number(100 * error)} %`)
        .join(', ')}; all CPU together ${whole > 0 ? '+' : ''}${number(100 * whole)} %`,
      `the model is in ${modelFile}`,
    ],
  };
}

/** One of each mix after the other, several times over: of each mix the run with the median of each figure. */
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
      cost: Object.fromEntries(costs.map((of) => [of, median(runs.map(({ cost }) => cost[of]))])) as Cost,
    };
  });
}

/** Two runs, two unknowns: what every entry costs, and what one that gets seats costs besides. */
function fit(few: Played, many: Played) {
  const solve = (a: number, b: number) => {
    const perHold =
      (b / many.entries - a / few.entries) / (many.seats / many.entries - few.seats / few.entries);
    const perEntry = a / few.entries - (perHold * few.seats) / few.entries;
    // What is smaller than the noise may come out below nothing.
    return { perEntry: Math.max(0, perEntry), perHold: Math.max(0, perHold) };
  };
  const micros = (of: keyof Cost) => solve(few.cost[of] * 1e6, many.cost[of] * 1e6);
  const perEntry = (of: keyof Cost) => ({
    perEntry: ((few.cost[of] + many.cost[of]) / (few.entries + many.entries)) * 1e6,
  });
  const bytes = solve(few.redisBytes, many.redisBytes);
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
  { tiers, door, told }: System,
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
    const children = (of: readonly Measured[]) => of.map(({ child }) => child);
    return {
      publisher: cpuOfAll(children(tiers.publisher)),
      nginx: cpuOfAll(door.processes),
      broker: cpuOfAll(system.servers.rabbitMq.processes),
      consumer: cpuOfAll(children(tiers.consumer)),
      redis: cpuOfAll(system.servers.redis.processes),
    };
  };
  const [before, bytesBefore] = [cost(), await usedBytes(system)];
  const allTold = await told.listen(drop.id);
  const since = performance.now();
  const { answers } = await offer({ port: door.port, connections, next: () => requests.pop() });
  if (answers.get(202) !== mix.entries) throw new Error(`answered ${JSON.stringify([...answers])}`);
  const rate = mix.entries / (((await allTold(mix.entries, patienceMs)) - since) / 1000);
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

/** Of all masters: what the drops themselves take, without the buffers of connections. */
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
  // Whoever answers after that has passed all of it on.
  await fetch(`${realtime.url}/healthz`);
  const cpuTold = cpuSeconds(pid);
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
      perOutcome: ((cpuTold - cpuOpen) / sockets / rounds) * 1e6,
      bytesPerConnection: (bytesOpen - bytesBefore) / sockets,
    },
    general: { perOrder: perOrder(cpuSeconds(general.child.pid) - generalBefore) },
    mysql: { perOrder: perOrder(cpuOfAll(servers.mariaDb.processes) - mysqlBefore) },
  };
  await general.child.stop();
  await payments.stop();
  return found;
}
