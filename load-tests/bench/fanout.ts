/**
 * Sends one state of a drop to all its watchers: time between the first and the last receipt. The reference is bare
 * `ws`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import type { DropState } from '../../shared/messages/realtime-events.ts';
import { cpuSeconds } from './cpu-time.ts';
import { crowdSize, gatherBare, gatherWatchers } from './crowd.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

/** Longer than the interval in which realtime sends at most one state (see watched-drop.ts). */
const restMs = 2_500;
const patienceMs = 30_000;
/** Measured messages per crowd; one more is sent first as warm-up. */
const messages = 5;

/** Milliseconds from the first receipt to the last; CPU ms of the server. */
type Round = { last: number; cpu: number };

export async function benchFanout(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const size = crowdSize(15_000);
  const drop = await system.openDrop({ sections: [{ name: 'Stalls', rows: 10, seatsPerRow: 50 }] });
  const realtime = await system.startTier('realtime');
  const bare = await system.startProcess('bare-ws');
  const results: Round[] = [];
  const reference: Round[] = [];
  for (let each = 1; each <= rounds; each += 1) {
    await system.step(`round ${each} of ${rounds}: ws`, async () => {
      const arrivals = new Arrivals(size);
      const crowd = await gatherBare(bare, { size, onMessage: () => arrivals.add() });
      reference.push(...(await measure(bare, arrivals, () => sendToAll(bare, drop))));
      await crowd.leave();
    });
    await system.step(`round ${each} of ${rounds}: realtime`, async () => {
      const arrivals = new Arrivals(size);
      const crowd = await gatherWatchers(system, realtime, { drop, size, onState: () => arrivals.add() });
      results.push(...(await measure(realtime, arrivals, () => sellOne(system, drop))));
      await crowd.leave();
    });
  }
  const column = (rows: Round[], name: keyof Round) => rows.map((row) => row[name]);
  const row = (name: string, rows: Round[]) => [
    name,
    spread(column(rows, 'last')),
    spread(column(rows, 'cpu')),
  ];
  return {
    value: round(median(column(results, 'last')), 1),
    unit: 'ms from the first watcher to the last',
    reference: round(median(column(reference, 'last')), 1),
    ratio: round(median(results.map(({ last }, at) => last / reference[at]!.last)), 3),
    more: {
      watchers: size,
      cpuMs: round(median(column(results, 'cpu')), 1),
      referenceCpuMs: round(median(column(reference, 'cpu')), 1),
    },
    table: [['', 'ms to the last', 'CPU ms'], row('realtime', results), row('bare ws', reference)],
    notes: [`${number(size)} watchers; CPU is counted in steps of 10 ms`],
  };
}

/** Times the receipt of one message by the whole crowd. */
class Arrivals {
  readonly #expected: number;
  #count = 0;
  #first = 0;
  #done: ((lastMs: number) => void) | undefined;

  constructor(expected: number) {
    this.#expected = expected;
  }

  add(): void {
    this.#count += 1;
    if (this.#count === 1) this.#first = performance.now();
    if (this.#count === this.#expected) this.#done?.(performance.now() - this.#first);
  }

  /** Resolves with the milliseconds between the first and the last of the next `expected` messages. */
  next(): Promise<number> {
    this.#count = 0;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.#count} of ${this.#expected} messages arrived`)),
        patienceMs,
      );
      this.#done = (lastMs) => {
        clearTimeout(timer);
        resolve(lastMs);
      };
    });
  }
}

/** One round per message; the first message is the warm-up and is dropped. */
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

/** Claims one seat, so that realtime sends a new state. */
async function sellOne({ inventory }: BenchSystem, drop: Drop): Promise<void> {
  const batch = { id: newBatchId(), packed: `${(buyers += 1)}:1` };
  const result = await inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
  if (result.kind !== 'decided') throw new Error(result.kind);
}

/** Sends a message of the size of realtime's. */
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
    termsVersion: 1,
  };
  await fetch(url, { method: 'POST', body: `42${JSON.stringify(['drop:state', state])}` });
}
