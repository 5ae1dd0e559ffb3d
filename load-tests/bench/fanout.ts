/** One state of a drop to all who watch it: the time from the first who has it to the last. Against `ws` alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import type { DropState } from '../../shared/messages/realtime-events.ts';
import { cpuSeconds } from './cpu-time.ts';
import { crowdSize, gatherBare, gatherWatchers } from './crowd.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

/** Milliseconds that realtime leaves its watchers in peace after a state (see watched-drop.ts), and some. */
const restMs = 2_500;
const patienceMs = 30_000;
/** To each crowd, beside one for warming up. */
const messages = 5;

/** Milliseconds to the last, and of the server's CPU. */
type Round = { last: number; cpu: number };

export async function benchFanout(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const size = crowdSize(15_000);
  const drop = await system.openDrop({ sections: [{ name: 'Stalls', rows: 10, seatsPerRow: 50 }] });
  const realtime = await system.startTier('realtime');
  const bare = await system.startProcess('bare-ws');
  const ours: Round[] = [];
  const reference: Round[] = [];
  for (let each = 1; each <= rounds; each += 1) {
    await system.step(`round ${each} of ${rounds}: ws`, async () => {
      const arrivals = new Arrivals(size);
      const crowd = await gatherBare(bare, { size, onMessage: () => arrivals.one() });
      reference.push(...(await measure(bare, arrivals, () => sendToAll(bare, drop))));
      await crowd.leave();
    });
    await system.step(`round ${each} of ${rounds}: realtime`, async () => {
      const arrivals = new Arrivals(size);
      const crowd = await gatherWatchers(system, realtime, { drop, size, onState: () => arrivals.one() });
      ours.push(...(await measure(realtime, arrivals, () => sellOne(system, drop))));
      await crowd.leave();
    });
  }
  const column = (rows: Round[], what: keyof Round) => rows.map((each) => each[what]);
  const row = (name: string, rows: Round[]) => [
    name,
    spread(column(rows, 'last')),
    spread(column(rows, 'cpu')),
  ];
  return {
    value: round(median(column(ours, 'last')), 1),
    unit: 'ms from the first watcher to the last',
    reference: round(median(column(reference, 'last')), 1),
    ratio: round(median(ours.map(({ last }, at) => last / reference[at]!.last)), 3),
    more: {
      watchers: size,
      cpuMs: round(median(column(ours, 'cpu')), 1),
      referenceCpuMs: round(median(column(reference, 'cpu')), 1),
    },
    table: [['', 'ms to the last', 'ms of CPU'], row('realtime', ours), row('bare ws', reference)],
    notes: [`${number(size)} watchers; CPU is counted in steps of 10 ms`],
  };
}

/** When messages come in. */
class Arrivals {
  readonly #expected: number;
  #count = 0;
  #first = 0;
  #done: ((lastMs: number) => void) | undefined;

  constructor(expected: number) {
    this.#expected = expected;
  }

  one(): void {
    this.#count += 1;
    if (this.#count === 1) this.#first = performance.now();
    if (this.#count === this.#expected) this.#done?.(performance.now() - this.#first);
  }

  /** Resolves with the milliseconds between the first and the last of the next ones. */
  next(): Promise<number> {
    this.#count = 0;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.#count} of ${this.#expected} messages came`)),
        patienceMs,
      );
      this.#done = (lastMs) => {
        clearTimeout(timer);
        resolve(lastMs);
      };
    });
  }
}

/** The first message of a crowd is for warming up. */
async function measure(server: Measured, arrivals: Arrivals, send: () => Promise<void>): Promise<Round[]> {
  const found: Round[] = [];
  for (let message = 0; message <= messages; message += 1) {
    await sleep(restMs);
    const before = cpuSeconds(server.child.pid);
    const last = arrivals.next();
    await send();
    found.push({ last: await last, cpu: (cpuSeconds(server.child.pid) - before) * 1000 });
  }
  return found.slice(1);
}

let buyers = 0;

/** A seat gets held, so the drop's figures change. */
async function sellOne({ inventory }: BenchSystem, drop: Drop): Promise<void> {
  const batch = { id: newBatchId(), packed: `${(buyers += 1)}:1` };
  const result = await inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
  if (result.kind !== 'decided') throw new Error(result.kind);
}

/** As many bytes as realtime sends. */
async function sendToAll({ url }: Measured, drop: Drop): Promise<void> {
  const state: DropState = {
    dropId: drop.id,
    serverTime: new Date().toISOString(),
    phase: 'open',
    opensAt: new Date(drop.opensAt).toISOString(),
    closesAt: new Date(drop.closesAt).toISOString(),
    capacity: drop.capacity,
    free: drop.capacity,
    held: 0,
    sold: 0,
    standby: 0,
    soldOut: false,
    announcements: 0,
  };
  await fetch(url, { method: 'POST', body: `42${JSON.stringify(['drop:state', state])}` });
}
