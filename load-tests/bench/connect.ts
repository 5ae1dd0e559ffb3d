/** Cost of an idle connection to realtime: memory, and the rate of new connections. The reference is bare `ws`. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  crowdSize,
  gatherBare,
  gatherWatchers,
  kernelSocketBytes,
  residentBytes,
  type Crowd,
} from './crowd.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

/** Wait before the memory reading: after a burst of connections a process needs this long to settle. */
const settleMs = 8_000;

/** Kilobytes per connection, and new connections per second. */
type Round = { resident: number; kernel: number; rate: number };

export async function benchConnect(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const size = crowdSize(15_000);
  const drop = await system.openDrop();
  const results: Round[] = [];
  const bare: Round[] = [];
  for (let each = 1; each <= rounds; each += 1) {
    await system.step(`round ${each} of ${rounds}: ws`, async () => {
      const start = () => system.startProcess('bare-ws');
      bare.push(await measure(start, (server) => gatherBare(server, { size })));
    });
    await system.step(`round ${each} of ${rounds}: realtime`, async () => {
      const start = () => system.startTier('realtime');
      results.push(await measure(start, (server) => gatherWatchers(system, server, { drop, size })));
    });
  }
  const column = (rows: Round[], name: keyof Round) => rows.map((row) => row[name]);
  const row = (name: string, rows: Round[]) => [
    name,
    spread(column(rows, 'resident'), 1),
    spread(column(rows, 'kernel'), 1),
    spread(column(rows, 'rate')),
  ];
  return {
    value: round(median(column(results, 'resident')), 2),
    unit: 'KB of RSS per connection',
    reference: round(median(column(bare, 'resident')), 2),
    ratio: round(median(results.map(({ resident }, at) => resident / bare[at]!.resident)), 3),
    more: {
      connections: size,
      perSecond: Math.round(median(column(results, 'rate'))),
      kernelKb: round(median(column(results, 'kernel')), 2),
    },
    table: [
      ['', 'RSS KB each', 'kernel KB each, both ends', 'new/s'],
      row('realtime', results),
      row('bare ws', bare),
    ],
    notes: [`${number(size)} connections; those to realtime are signed in and watch a drop`],
  };
}

async function measure(
  start: () => Promise<Measured>,
  gather: (server: Measured) => Promise<Crowd>,
): Promise<Round> {
  const server = await start();
  try {
    await sleep(2_000);
    const before = { resident: residentBytes(server.child.pid), kernel: kernelSocketBytes() };
    const crowd = await gather(server);
    await sleep(settleMs);
    const each = (bytes: number) => bytes / crowd.size / 1024;
    const found = {
      resident: each(residentBytes(server.child.pid) - before.resident),
      kernel: each(kernelSocketBytes() - before.kernel),
      rate: crowd.rate,
    };
    await crowd.leave();
    return found;
  } finally {
    await server.child.stop();
  }
}
