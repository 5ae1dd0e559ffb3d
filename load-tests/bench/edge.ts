/**
 * CPU that nginx needs to answer "sold out" from its cache, against a publisher that answers it; and the CPU that the
 * cache lookup adds to an accepted entry.
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

/**
 * `rate`: answers/s; `micros`: CPU µs per answer of nginx, or of the publisher where it is asked directly; `reached`:
 * entries/s that reach the publisher.
 */
type Round = { rate: number; micros: number; reached: number };

const kinds = {
  edge: 'sold out, nginx',
  publisher: 'sold out, publisher alone',
  looked: 'accepted, with cache lookup in nginx',
  passed: 'accepted, without cache lookup',
} as const;
type Kind = keyof typeof kinds;

export async function benchEdge(system: BenchSystem, { rounds, seconds }: Plan): Promise<Finding> {
  const publisher = await system.startTier('publisher');
  await system.startTier('consumer').then(({ child }) => pin(child.pid, system.cores.rest));
  const soldOut = await system.openDrop({ holdSeconds: 900 });
  const open = await system.openDrop({ standbyLimit: 50_000_000 });
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), soldOut.capacity);
  // Claims every seat; the checkout requests are not sent.
  await payRequests(system, soldOut, buyers);
  const flood = await startFlood(system, [soldOut, open]);
  pin(flood.child.pid, system.cores.rest);
  const upstreams = {
    publisher: [`127.0.0.1:${publisher.port}`],
    realtime: ['127.0.0.1:9'],
    general: ['127.0.0.1:9'],
  };
  const measure = async (kind: Kind, durationSeconds: number): Promise<Round> => {
    const isSoldOut = kind === 'edge' || kind === 'publisher';
    const door =
      kind === 'publisher'
        ? undefined
        : await system.startFrontDoor(upstreams, { caches: kind !== 'passed' });
    const measured = door?.processes ?? [publisher.child];
    // The publisher shares the measured core only in the sold-out runs.
    for (const { pid } of measured)
      if (pid !== undefined)
        for (const each of [pid, ...descendants(pid).map((child) => child.pid)])
          pin(each, system.cores.measured);
    pin(publisher.child.pid, isSoldOut ? system.cores.measured : system.cores.all);
    // Warm-up: the first requests miss the cache.
    await flood.pour(door?.port ?? publisher.port, isSoldOut ? soldOut : open, 0.5);
    const [reached, cpu] = [await entriesReached(publisher), cpuOfAll(measured)];
    const answers = await flood.pour(
      door?.port ?? publisher.port,
      isSoldOut ? soldOut : open,
      durationSeconds,
    );
    const count = answers.get(isSoldOut ? 409 : 202) ?? 0;
    if (answers.size !== 1 || count === 0)
      throw new Error(`${kinds[kind]}: unexpected answers ${JSON.stringify([...answers])}`);
    const result = {
      rate: count / durationSeconds,
      micros: ((cpuOfAll(measured) - cpu) / count) * 1e6,
      reached: ((await entriesReached(publisher)) - reached) / durationSeconds,
    };
    await door?.stop();
    return result;
  };

  const found: Record<Kind, Round>[] = [];
  const measureAll = async (durationSeconds: number) => ({
    edge: await measure('edge', durationSeconds),
    publisher: await measure('publisher', durationSeconds),
    looked: await measure('looked', durationSeconds),
    passed: await measure('passed', durationSeconds),
  });
  await system.step('warm-up', () => measureAll(1));
  for (let each = 1; each <= rounds; each += 1)
    await system.step(`round ${each} of ${rounds}`, async () => void found.push(await measureAll(seconds)));
  return findingOf(found);
}

/** Entries that a publisher has answered so far, by its metrics. */
async function entriesReached({ url }: Measured): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^seatdrop_entries_total\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function findingOf(found: readonly Record<Kind, Round>[]): Finding {
  const column = (kind: Kind, name: keyof Round) => found.map((row) => row[kind][name]);
  return {
    value: Math.round(median(column('edge', 'rate'))),
    unit: '"sold out" answers/s of nginx',
    reference: Math.round(median(column('publisher', 'rate'))),
    ratio: round(median(found.map(({ edge, publisher }) => edge.rate / publisher.rate)), 2),
    more: {
      reachedPublisher: round(median(column('edge', 'reached')), 1),
      cpuMicros: round(median(column('edge', 'micros')), 1),
      referenceCpuMicros: round(median(column('publisher', 'micros')), 1),
      lookingCpu: round(median(found.map(({ looked, passed }) => looked.micros / passed.micros)), 3),
    },
    table: [
      ['', 'answers/s', 'CPU µs per answer', 'entries/s at the publisher'],
      ...(Object.keys(kinds) as Kind[]).map((kind) => [
        kinds[kind],
        spread(column(kind, 'rate')),
        spread(column(kind, 'micros'), 1),
        number(median(column(kind, 'reached')), 1),
      ]),
    ],
    notes: [
      `with the cache lookup nginx needs ${spread(
        found.map(({ looked, passed }) => looked.micros / passed.micros),
        3,
      )} times the CPU per accepted entry`,
    ],
  };
}
