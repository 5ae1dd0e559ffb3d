/**
 * Throughput of one publisher on one core: entries answered 202 per second. The reference is a bare server that reads
 * and answers the same bytes.
 */
import type { Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { signSession } from '../../shared/auth/session.ts';
import { cpuSeconds } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import { offer, type Offered } from './http-load.ts';
import type { Plan } from './plan.ts';
import { purgeEntries } from './queues.ts';
import { postEntry } from '../buyer/requests.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

const connections = 256;
/** The rate limit is eight entries per buyer in ten seconds; with this many buyers none sends more than two. */
const buyers = 200_000;

/** `micros`: CPU µs of the measured process per answer, the figure that other load on the machine disturbs least. */
type Round = Offered & { accepted: number; rate: number; micros: number; messages: number };

export async function benchAccept(system: BenchSystem, { rounds, seconds }: Plan): Promise<Finding> {
  const drop = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 200, seatsPerRow: 50 }],
    standbyLimit: 50_000,
  });
  const requests = await system.step(`${number(buyers)} buyers sign in`, async () =>
    makeRequests(system, drop),
  );
  let nextIndex = 0;
  const next = () => requests[nextIndex++ % requests.length]!;
  const publisher = await system.startTier('publisher');
  const bare = await system.startProcess('bare-http');
  const load = async ({ port, child }: Measured, durationSeconds: number): Promise<Round> => {
    const before = cpuSeconds(child.pid);
    const offered = await offer({ port, connections, seconds: durationSeconds, next });
    const accepted = offered.answers.get(202) ?? 0;
    const micros = ((cpuSeconds(child.pid) - before) / accepted) * 1e6;
    return { ...offered, accepted, micros, rate: accepted / offered.seconds, messages: 0 };
  };

  await system.step('warm-up', async () => {
    await load(bare, 2);
    await load(publisher, 3);
    await purgeEntries(system);
  });
  const results: Round[] = [];
  const reference: Round[] = [];
  for (let each = 1; each <= rounds; each += 1) {
    await system.step(`round ${each} of ${rounds}`, async () => {
      reference.push(await load(bare, seconds));
      const result = await load(publisher, seconds);
      const queued = await purgeEntries(system);
      if (result.answers.size !== 1) throw new Error(`expected only 202: ${describe(result)}`);
      if (queued === 0 || queued > result.accepted)
        throw new Error(`${queued} messages for ${result.accepted} entries`);
      results.push({ ...result, messages: queued });
    });
  }
  const column = (rows: Round[], name: 'rate' | 'p50' | 'p99' | 'micros') => rows.map((row) => row[name]);
  const row = (name: string, rows: Round[]) => [
    name,
    spread(column(rows, 'rate')),
    spread(column(rows, 'micros'), 1),
    spread(column(rows, 'p50'), 1),
    spread(column(rows, 'p99'), 1),
  ];
  const perMessage = results.map(({ accepted, messages }) => accepted / messages);
  return {
    value: Math.round(median(column(results, 'rate'))),
    unit: 'entries/s',
    reference: Math.round(median(column(reference, 'rate'))),
    ratio: round(median(results.map(({ rate }, index) => rate / reference[index]!.rate)), 3),
    more: {
      p50: round(median(column(results, 'p50')), 2),
      p99: round(median(column(results, 'p99')), 2),
      cpuMicros: round(median(column(results, 'micros')), 1),
      referenceCpuMicros: round(median(column(reference, 'micros')), 1),
    },
    table: [
      ['', 'answers/s', 'CPU µs per answer', 'p50 ms', 'p99 ms'],
      row('publisher', results),
      row('bare node:http', reference),
    ],
    notes: [`${spread(perMessage, 1)} entries per broker message`],
  };
}

function makeRequests(system: BenchSystem, drop: Drop): Buffer[] {
  const key = readKeyList(system.secrets.sessionKey);
  return Array.from({ length: buyers }, (_, index) => {
    const userId = index + 1;
    return postEntry(drop, { userId, token: signSession({ userId, role: 'shopper' }, key) });
  });
}

function describe({ answers }: Offered): string {
  return [...answers].map(([status, count]) => `${count} × ${status}`).join(', ');
}
