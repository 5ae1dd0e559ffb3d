/**
 * Latency from pressing Buy to the outcome on that buyer's socket, through the whole system behind nginx: a steady
 * rate, then a burst. The same buyers enter one drop after the other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createHistogram } from 'node:perf_hooks';
import type { Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { makeBuyers, type Identity } from '../buyer/make-buyers.ts';
import { connectSocket } from '../buyer/socket.ts';
import { number, round, type Finding } from './figures.ts';
import { HttpConnection } from '../buyer/http-connection.ts';
import type { Plan } from './plan.ts';
import { postEntry } from '../buyer/requests.ts';
import type { BenchSystem } from './bench-system.ts';

/**
 * At the steady rate each presses every four seconds, within the limit per session. nginx needs two files per socket.
 */
const buyerCount = 8_000;
const connections = 512;
/** First `rate` entries per second for `seconds`, then `burst` entries at once. */
const steady = { rate: 2_000, seconds: 60 };
const burst = 20_000;
/** An outcome that is later than this counts as missing. */
const patienceMs = 30_000;

type Phase = { entries: number; answered: number; p50: number; p99: number; max: number; seconds: number };

export async function benchOutcome(system: BenchSystem, _plan: Plan): Promise<Finding> {
  const entryCount = steady.rate * steady.seconds + burst;
  const door = await startSystem(system);
  const drops: Drop[] = [];
  for (let each = 0; each < Math.ceil(entryCount / buyerCount); each += 1) {
    // Standby has room for every buyer, so that no entry is refused as sold out before it is queued.
    const terms = { sections: [{ name: 'Stalls', rows: 8, seatsPerRow: 50 }], standbyLimit: buyerCount };
    drops.push(await system.openDrop(terms));
  }
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), buyerCount);
  const crowd = new Crowd(door, drops, buyers);
  await system.step(`${number(buyerCount)} buyers open the page`, () => crowd.gather());

  await system.step('warm-up', () => crowd.press({ entries: buyerCount, perSecond: steady.rate / 2 }));
  const stream = await system.step(`${number(steady.rate)} entries/s for ${steady.seconds} s`, () =>
    crowd.press({ entries: steady.rate * steady.seconds - buyerCount, perSecond: steady.rate }),
  );
  const rush = await system.step(`${number(burst)} entries at once`, () =>
    crowd.press({ entries: burst, perSecond: Infinity }),
  );
  crowd.leave();
  const missing = stream.entries - stream.answered + (rush.entries - rush.answered);
  const row = (name: string, phase: Phase) => [
    name,
    number(phase.entries),
    number(phase.entries - phase.answered),
    number(phase.p50),
    number(phase.p99),
    number(phase.max),
    number(phase.answered / phase.seconds),
  ];
  return {
    value: round(stream.p50, 1),
    unit: 'ms from press to outcome',
    reference: null,
    ratio: null,
    more: {
      p50: round(stream.p50, 1),
      p99: round(stream.p99, 1),
      burstP50: round(rush.p50, 1),
      burstLast: round(rush.max, 1),
      missing,
    },
    table: [
      ['', 'entries', 'missing', 'p50 ms', 'p99 ms', 'max ms', 'outcomes/s'],
      row('steady', stream),
      row('burst', rush),
    ],
    notes: [
      `${number(buyerCount)} sockets; the load generator shares the machine with all tiers and servers`,
    ],
  };
}

/** Starts all tiers behind nginx, on all cores, since the whole system is measured. */
async function startSystem(system: BenchSystem): Promise<{ port: number; url: string }> {
  const tiers = {
    publisher: await system.startTier('publisher'),
    consumer: await system.startTier('consumer'),
    realtime: await system.startTier('realtime'),
    general: await system.startTier('general'),
  };
  system.useAllCores();
  const address = ({ port }: { port: number }) => [`127.0.0.1:${port}`];
  return system.startFrontDoor({
    publisher: address(tiers.publisher),
    realtime: address(tiers.realtime),
    general: address(tiers.general),
  });
}

class Crowd {
  readonly #door: { port: number; url: string };
  readonly #drops: readonly Drop[];
  readonly #buyers: readonly Identity[];
  /** For each buyer: when Buy was pressed, by id of a drop whose outcome is still missing. */
  readonly #pressed: Map<number, number>[];
  #leaves: (() => void)[] = [];
  #idle: HttpConnection[] = [];
  #presses = 0;
  #onOutcome: (ms: number) => void = () => {};
  #fault: Error | undefined;

  constructor(door: { port: number; url: string }, drops: readonly Drop[], buyers: readonly Identity[]) {
    this.#door = door;
    this.#drops = drops;
    this.#buyers = buyers;
    this.#pressed = buyers.map(() => new Map());
  }

  async gather(): Promise<void> {
    let next = 0;
    const openMore = async (): Promise<void> => {
      while (next < this.#buyers.length) await this.#openPage(next++);
    };
    await Promise.all(Array.from({ length: 50 }, openMore));
    // Opened last, because nginx closes a connection whose first request is late.
    const fail = (error: Error) => (this.#fault ??= error);
    this.#idle = await Promise.all(
      Array.from({ length: connections }, () => HttpConnection.open(this.#door.port, fail)),
    );
  }

  async #openPage(index: number): Promise<void> {
    const { token, address } = this.#buyers[index]!;
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
    const socket = await connectSocket(this.#door.url, headers, {
      onEvent: (event, payload) => {
        const { dropId } = payload as { dropId: number };
        const pressedAt = this.#pressed[index]?.get(dropId);
        if (event !== 'entry:outcome' || pressedAt === undefined) return;
        this.#pressed[index]?.delete(dropId);
        this.#onOutcome(performance.now() - pressedAt);
      },
      onLost: () => (this.#fault ??= new Error('a socket was lost')),
    });
    const drop = this.#drops[index % this.#drops.length]!;
    const answer = await socket.emitWithAck('drop:watch', { dropId: drop.id });
    if (!answer.ok) throw new Error(`drop:watch was answered ${JSON.stringify(answer)}`);
    this.#leaves.push(() => socket.close());
  }

  /** Presses Buy `entries` times in total, one buyer after the other, and waits for the outcomes. */
  async press({ entries, perSecond }: { entries: number; perSecond: number }): Promise<Phase> {
    const latency = createHistogram();
    let answered = 0;
    const since = performance.now();
    let last = since;
    this.#onOutcome = (ms) => {
      latency.record(Math.max(1, Math.round(ms * 1e3)));
      answered += 1;
      last = performance.now();
    };
    const waiting = new Waiting();
    let sent = 0;
    while (sent < entries) {
      this.#check();
      const due = Math.min(entries, Math.floor(((performance.now() - since) / 1000) * perSecond) + 1);
      for (; sent < due; sent += 1) waiting.add(this.#next());
      this.#sendWaiting(waiting);
      await sleep(1);
    }
    const isDone = () => answered === entries || performance.now() - last > patienceMs;
    while (!isDone()) {
      this.#check();
      await sleep(5);
    }
    const ms = (percentile: number) => latency.percentile(percentile) / 1e3;
    const seconds = (last - since) / 1000;
    return { entries, answered, p50: ms(50), p99: ms(99), max: latency.max / 1e3, seconds };
  }

  leave(): void {
    for (const leave of this.#leaves) leave();
    for (const connection of this.#idle) connection.close();
  }

  #next(): Buffer {
    const index = this.#presses % this.#buyers.length;
    const drop = this.#drops[Math.floor(this.#presses / this.#buyers.length) % this.#drops.length]!;
    this.#presses += 1;
    const request = postEntry(drop, this.#buyers[index]!);
    // The latency starts here: waiting for a free connection counts.
    this.#pressed[index]?.set(drop.id, performance.now());
    return request;
  }

  #sendWaiting(waiting: Waiting): void {
    while (this.#idle.length > 0) {
      const request = waiting.take();
      if (!request) return;
      // Taken in turn, so that no connection stays idle long enough to be closed.
      const connection = this.#idle.shift()!;
      connection.send(request, (status) => {
        this.#idle.push(connection);
        if (status !== 202) this.#fault ??= new Error(`an entry was answered ${status}`);
        this.#sendWaiting(waiting);
      });
    }
  }

  #check(): void {
    if (this.#fault) throw this.#fault;
  }
}

/** A queue of requests without a free connection. An index marks its head: `shift` of a large array would copy it. */
class Waiting {
  readonly #requests: Buffer[] = [];
  #taken = 0;

  add(request: Buffer): void {
    this.#requests.push(request);
  }

  take(): Buffer | undefined {
    return this.#taken < this.#requests.length ? this.#requests[this.#taken++] : undefined;
  }
}
