/**
 * What nginx spends when it says "sold out" by itself, against a publisher that does; and what looking for that answer
 * adds to an entry that is accepted.
 */
import { descendants } from '../../local/process/proc.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { makeBuyers } from '../buyer/make-buyers.ts';
import { payRequests } from './checkout.ts';
import { pin } from './cores.ts';
import { cpuOfAll } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import { startFlood } from './flood.ts';
import type { Plan } from './plan.ts';
import type { BenchSystem, Measured } from './bench-system.ts';

/** Answers a second, and microseconds of CPU for each, of nginx or, where it is the publisher that is asked, of that. */
type Round = { rate: number; micros: number; reached: number };

const kinds = {
  edge: 'sold out, nginx',
  publisher: 'sold out, publisher alone',
  looked: 'accepted, nginx looks first',
  passed: 'accepted, nginx does not look',
} as const;
type Kind = keyof typeof kinds;

export async function benchEdge(system: BenchSystem, { rounds, seconds }: Plan): Promise<Finding> {
  const publisher = await system.startTier('publisher');
  await system.startTier('consumer').then(({ child }) => pin(child.pid, system.cores.rest));
  const soldOut = await system.openDrop({ holdSeconds: 900 });
  const open = await system.openDrop({ standbyLimit: 50_000_000 });
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), soldOut.capacity);
  // Nobody pays for these.
  await payRequests(system, soldOut, buyers);
  const flood = await startFlood(system, [soldOut, open]);
  pin(flood.child.pid, system.cores.rest);
  const upstreams = {
    publisher: [`127.0.0.1:${publisher.port}`],
    realtime: ['127.0.0.1:9'],
    general: ['127.0.0.1:9'],
  };
  const one = async (kind: Kind, forSeconds: number): Promise<Round> => {
    const isSoldOut = kind === 'edge' || kind === 'publisher';
    const door =
      kind === 'publisher'
        ? undefined
        : await system.startFrontDoor(upstreams, { caches: kind !== 'passed' });
    const measured = door?.processes ?? [publisher.child];
    // What is measured has the core to itself, or shares it with the publisher that answers it.
    for (const { pid } of measured)
      if (pid !== undefined)
        for (const each of [pid, ...descendants(pid).map((child) => child.pid)])
          pin(each, system.cores.measured);
    pin(publisher.child.pid, isSoldOut ? system.cores.measured : system.cores.all);
    // The first to come all find out by themselves.
    await flood.pour(door?.port ?? publisher.port, isSoldOut ? soldOut : open, 0.5);
    const [reached, cpu] = [await entriesReached(publisher), cpuOfAll(measured)];
    const answers = await flood.pour(door?.port ?? publisher.port, isSoldOut ? soldOut : open, forSeconds);
    const count = answers.get(isSoldOut ? 409 : 202) ?? 0;
    if (answers.size !== 1 || count === 0)
      throw new Error(`${kinds[kind]}: answered ${JSON.stringify([...answers])}`);
    const found = {
      rate: count / forSeconds,
      micros: ((cpuOfAll(measured) - cpu) / count) * 1e6,
      reached: ((await entriesReached(publisher)) - reached) / forSeconds,
    };
    await door?.stop();
    return found;
  };

  const found: Record<Kind, Round>[] = [];
  const all = async (forSeconds: number) => ({
    edge: await one('edge', forSeconds),
    publisher: await one('publisher', forSeconds),
    looked: await one('looked', forSeconds),
    passed: await one('passed', forSeconds),
  });
  await system.step('warm-up', () => all(1));
  for (let each = 1; each <= rounds; each += 1)
    await system.step(`round ${each} of ${rounds}`, async () => void found.push(await all(seconds)));
  return findingOf(found);
}

/** Entries that a publisher has answered so far, by its metrics. */
async function entriesReached({ url }: Measured): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^seatdrop_entries_total\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function findingOf(found: readonly Record<Kind, Round>[]): Finding {
  const column = (kind: Kind, what: keyof Round) => found.map((row) => row[kind][what]);
  return {
    value: Math.round(median(column('edge', 'rate'))),
    unit: 'answers/s that a drop is sold out, by nginx',
    reference: Math.round(median(column('publisher', 'rate'))),
    ratio: round(median(found.map(({ edge, publisher: by }) => edge.rate / by.rate)), 2),
    more: {
      reachedPublisher: round(median(column('edge', 'reached')), 1),
      cpuMicros: round(median(column('edge', 'micros')), 1),
      referenceCpuMicros: round(median(column('publisher', 'micros')), 1),
      lookingCpu: round(median(found.map(({ looked, passed }) => looked.micros / passed.micros)), 3),
    },
    table: [
      ['', 'answers/s', 'µs of CPU each', 'a second reach the publisher'],
      ...(Object.keys(kinds) as Kind[]).map((kind) => [
        kinds[kind],
        spread(column(kind, 'rate')),
        spread(column(kind, 'micros'), 1),
        number(median(column(kind, 'reached')), 1),
      ]),
    ],
    notes: [
      `looking first costs nginx ${spread(
        found.map(({ looked, passed }) => looked.micros / passed.micros),
        3,
      )} times its CPU for an entry that is accepted`,
    ],
  };
}
