/** `npm run overload`: what a publisher answers without a broker, and whether its memory stays bounded. */
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

/** So many that nobody is turned away for trying too often. They have sessions, which is all a publisher asks for. */
const buyers = 50_000;
/** Ids that no account has. */
const firstBuyer = 1_000_000;
/** Seconds. The alarm is on, and off, for as long. */
const seconds = { withoutBroker: 20, alarm: 15, sample: 15 };

await runCommand(overloadCommand, overload);

/** The exit code. */
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
    const shots = await prepare(system);
    const answered = await measureWithoutBroker(system, shots);
    const bounded = await measureMemory(system, shots, options);
    return answered && bounded ? 0 : 1;
  } finally {
    await systems.end();
  }
}

type Target = { port: number; requests: Buffer[] };

/** A drop that is on sale with standby places for everybody, and an entry of each buyer for it. */
async function prepare(system: DrillSystem): Promise<Target> {
  const door = openFrontDoor(system.url, 4);
  const db = connectMysql(system.env['MYSQL_URL'] ?? '', { max: 2 });
  try {
    const sale = { seats: 1_000, standby: 1_000_000, quantity: 1, holdSeconds: 3_600, partitions: 4 };
    const { dropId, opensAt } = await createDrop(door, sale, 5_000);
    const drop = await loadDrop(db, dropId);
    if (!drop) throw new Error(`drop ${dropId} is not there`);
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

/** At a rate that the publisher can take, so that the figures are its own. */
async function measureWithoutBroker(system: DrillSystem, target: Target): Promise<boolean> {
  const { broker } = system.servers.rabbitMq;
  system.keepDown(broker, seconds.withoutBroker * 1000);
  broker.kill('SIGKILL');
  await sleep(100); // to see its connection close
  const shots = fireEntries({ ...target, connections: 20, depth: 1, pauseMs: 20 });
  await sleep((seconds.withoutBroker - 2) * 1000);
  shots.stop();
  const times = percentiles(shots.takeTimes());
  console.log(
    `without a broker: ${describe(shots.answers)}; 503 after p50 ${times?.p50} ms, p99 ${times?.p99} ms, ` +
      `max ${times?.max} ms; ${shots.withoutRetryAfter} of them without Retry-After`,
  );
  await system.whole();
  const after = fireEntries({ ...target, connections: 20, depth: 1, pauseMs: 20 });
  await sleep(2_000);
  after.stop();
  console.log(`with the broker again: ${describe(after.answers)}`);
  const accepts = (after.answers.get(202) ?? 0) > 0;
  return times !== undefined && accepts && shots.withoutRetryAfter === 0;
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
    for (let on = true; Date.now() < until; on = !on) {
      await system.servers.rabbitMq.control('set_vm_memory_high_watermark', on ? '0.000001' : '0.4');
      alarm = on ? 'on' : 'off';
      await sleep(seconds.alarm * 1000);
    }
    await system.servers.rabbitMq.control('set_vm_memory_high_watermark', '0.4');
  })();
  const rss: number[] = [];
  let seen = new Map<number, number>();
  for (let at = 1; Date.now() < until; at += 1) {
    await sleep(1_000);
    rss.push(memoryOf(pid).rss);
    if (at % seconds.sample !== 0) continue;
    const now = new Map(shots.answers);
    const times = percentiles(shots.takeTimes());
    const recent = new Map([...now].map(([status, count]) => [status, count - (seen.get(status) ?? 0)]));
    seen = now;
    const minute = ((Date.now() - since) / 60_000).toFixed(1).padStart(5);
    const line = `${minute} min, alarm ${alarm.padEnd(3)}  ${rss.at(-1)} MB, peak ${memoryOf(pid).peak} MB  `;
    console.log(
      `${line}${describe(recent)}; 503 after p50 ${times?.p50 ?? '-'} ms, p99 ${times?.p99 ?? '-'} ms`,
    );
  }
  await alarms;
  shots.stop();
  const third = Math.ceil(rss.length / 3);
  const bounded = isBounded(rss) && system.tiers.publisher.pid === pid;
  console.log(
    `${describe(shots.answers)}; ${shots.withoutRetryAfter} of the 503 without Retry-After\n` +
      `RSS at most ${Math.max(...rss.slice(0, third))} MB in the first third, ${Math.max(...rss.slice(-third))} MB in ` +
      `the last, ${memoryOf(pid).peak} MB at the peak: ${bounded ? 'bounded' : 'NOT BOUNDED'}`,
  );
  return bounded && shots.withoutRetryAfter === 0;
}

function describe(answers: ReadonlyMap<number, number>): string {
  const sorted = [...answers].toSorted(([a], [b]) => a - b).filter(([, count]) => count > 0);
  return sorted.map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`).join(', ');
}
