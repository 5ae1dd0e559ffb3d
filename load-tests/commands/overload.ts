/** `npm run overload` measures what a publisher answers without a broker, and whether its memory stays bounded. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { signSession } from '../../shared/auth/session.ts';
import { postEntry } from '../buyer/requests.ts';
import { keepSystem } from './drill/keep-system.ts';
import { startDrillSystem, type DrillSystem } from './drill/drill-system.ts';
import { fireEntries } from './overload/entry-gun.ts';
import { isBounded, memoryOf } from './overload/memory.ts';
import { overloadCommand, type OverloadOptions } from './overload/options.ts';
import { openFrontDoor } from '../buyer/front-door.ts';
import { runCommand } from '../cli.ts';
import { createDrop } from '../buyer/create-drop.ts';
import { percentiles } from '../statistics.ts';

/**
 * Enough buyers to stay below the rate limit per buyer. They have only sessions, since a publisher needs no accounts.
 */
const buyers = 50_000;
/** First of the ids, above those of real accounts. */
const firstBuyer = 1_000_000;
/** The alarm is on for `alarm` seconds and off for as long. */
const seconds = { withoutBroker: 20, alarm: 15, sample: 15 };

await runCommand(overloadCommand, overload);

/** Returns the exit code. */
async function overload(options: OverloadOptions): Promise<number> {
  const seed = randomInt(2 ** 32);
  const systems = keepSystem({
    kind: 'drill',
    tierSettings: { LOG_LEVEL: 'warn' },
    say: console.log,
    start: (place, tierSettings) => startDrillSystem({ ...place, tierSettings, seed }),
  });
  try {
    const system = await systems.system();
    const target = await prepare(system);
    const isAnswered = await measureWithoutBroker(system, target);
    const isMemoryBounded = await measureMemory(system, target, options);
    return isAnswered && isMemoryBounded ? 0 : 1;
  } finally {
    await systems.end();
  }
}

type Target = { port: number; requests: Buffer[] };

/** Makes a drop with standby for every buyer, and one entry request of each buyer. Resolves when the drop is open. */
async function prepare(system: DrillSystem): Promise<Target> {
  const door = openFrontDoor(system.url, 4);
  const db = connectMysql(system.env['MYSQL_URL'] ?? '', { max: 2 });
  try {
    const terms = { seats: 1_000, standby: 1_000_000, quantity: 1, holdSeconds: 3_600, partitions: 4 };
    const { dropId, opensAt } = await createDrop(door, terms, 5_000);
    const drop = await loadDrop(db, dropId);
    if (!drop) throw new Error(`drop ${dropId} does not exist`);
    await sleep(Math.max(0, opensAt - Date.now()) + 1_000);
    const address = /publisher=([^,]+)/.exec(system.env['TIER_URLS'] ?? '')?.[1] ?? '';
    return { port: Number(new URL(address).port), requests: entriesFor(drop, system) };
  } finally {
    await door.close();
    await db.destroy();
  }
}

function entriesFor(drop: Drop, system: DrillSystem): Buffer[] {
  const key = readKeyList(system.env['SESSION_KEYS'] ?? '');
  return Array.from({ length: buyers }, (_, index) => {
    const userId = firstBuyer + index;
    return postEntry(drop, { userId, token: signSession({ userId, role: 'shopper' }, key) });
  });
}

/** Sends at a rate that the publisher can handle, so that latencies are not those of a backlog. */
async function measureWithoutBroker(system: DrillSystem, target: Target): Promise<boolean> {
  const { broker } = system.servers.rabbitMq;
  system.keepDown(broker, seconds.withoutBroker * 1000);
  broker.kill('SIGKILL');
  await sleep(100); // until the publisher sees its connection close
  const shots = fireEntries({ ...target, connections: 20, depth: 1, pauseMs: 20 });
  await sleep((seconds.withoutBroker - 2) * 1000);
  shots.stop();
  const times = percentiles(shots.takeTimes());
  console.log(
    `without a broker: ${describe(shots.answers)}; latency of 503: p50 ${times?.p50} ms, p99 ${times?.p99} ms, ` +
      `max ${times?.max} ms; ${shots.withoutRetryAfter} of them without Retry-After`,
  );
  await system.untilWhole();
  const shotsAfter = fireEntries({ ...target, connections: 20, depth: 1, pauseMs: 20 });
  await sleep(2_000);
  shotsAfter.stop();
  console.log(`with the broker again: ${describe(shotsAfter.answers)}`);
  const acceptsAgain = (shotsAfter.answers.get(202) ?? 0) > 0;
  return times !== undefined && acceptsAgain && shots.withoutRetryAfter === 0;
}

async function measureMemory(
  system: DrillSystem,
  target: Target,
  { minutes, connections, depth }: OverloadOptions,
): Promise<boolean> {
  const pid = system.tiers.publisher.pid ?? 0;
  console.log(`before the overload: ${memoryOf(pid).rss} MB`);
  const shots = fireEntries({ ...target, connections, depth, pauseMs: 0 });
  const since = Date.now();
  const until = since + minutes * 60_000;
  let alarm = 'off';
  const alarms = (async () => {
    for (let isOn = true; Date.now() < until; isOn = !isOn) {
      await system.servers.rabbitMq.control('set_vm_memory_high_watermark', isOn ? '0.000001' : '0.4');
      alarm = isOn ? 'on' : 'off';
      await sleep(seconds.alarm * 1000);
    }
    await system.servers.rabbitMq.control('set_vm_memory_high_watermark', '0.4');
  })();
  const rss: number[] = [];
  let previous = new Map<number, number>();
  for (let second = 1; Date.now() < until; second += 1) {
    await sleep(1_000);
    rss.push(memoryOf(pid).rss);
    if (second % seconds.sample !== 0) continue;
    const current = new Map(shots.answers);
    const times = percentiles(shots.takeTimes());
    const recent = new Map(
      [...current].map(([status, count]) => [status, count - (previous.get(status) ?? 0)]),
    );
    previous = current;
    const minute = ((Date.now() - since) / 60_000).toFixed(1).padStart(5);
    const line = `${minute} min, alarm ${alarm.padEnd(3)}  ${rss.at(-1)} MB, peak ${memoryOf(pid).peak} MB  `;
    console.log(
      `${line}${describe(recent)}; latency of 503: p50 ${times?.p50 ?? '-'} ms, p99 ${times?.p99 ?? '-'} ms`,
    );
  }
  await alarms;
  shots.stop();
  const third = Math.ceil(rss.length / 3);
  const isMemoryBounded = isBounded(rss) && system.tiers.publisher.pid === pid;
  console.log(
    `${describe(shots.answers)}; ${shots.withoutRetryAfter} of the 503 without Retry-After\n` +
      `maximum RSS ${Math.max(...rss.slice(0, third))} MB in the first third, ${Math.max(...rss.slice(-third))} MB in ` +
      `the last third, peak ${memoryOf(pid).peak} MB: ${isMemoryBounded ? 'bounded' : 'NOT BOUNDED'}`,
  );
  return isMemoryBounded && shots.withoutRetryAfter === 0;
}

function describe(answers: ReadonlyMap<number, number>): string {
  const sorted = [...answers].toSorted(([a], [b]) => a - b).filter(([, count]) => count > 0);
  return sorted.map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`).join(', ');
}
