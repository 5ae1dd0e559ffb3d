/**
 * Takes the messages of one queue in order. Each message has two parts: `decide` runs strictly one after the other;
 * what it returns runs beside the next messages and ends with the acknowledgement. Messages that are there at the same
 * time may be decided together, as long as that comes to the same.
 *
 * A fault that may pass is waited out with the message in hand. One that does not look passing is the message's own
 * only if others are handled well meanwhile: then it is sent to `parked`, so that the queue flows on. Where nothing is
 * handled well, everything stays in hand and in order until something is, since what is parked is overtaken by all that
 * comes after it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Log } from '../shared/tier/log.ts';

/** A message that can never be handled. */
export class Unhandleable extends Error {
  override name = 'Unhandleable';
}

/** What follows the decision. */
export type Follow = () => Promise<void>;

/** `late`: messages that came after this one may have been decided before it. */
export type Turn = { late: boolean };

export type QueueWorkerOptions = {
  queue: string;
  decide: (message: ConsumeMessage, turn: Turn) => Promise<Follow>;
  /**
   * Decides what it can of several messages with one question. Undefined for one that `decide` has to be asked about,
   * after those before it; never rejects. No message may be decided before one that it must not overtake.
   */
  decideTogether?: (messages: readonly ConsumeMessage[]) => Promise<(Follow | undefined)[]>;
  /** Whether an error may pass by itself. */
  isTransient: (error: unknown) => boolean;
  onParked: (queue: string) => void;
  log: Log;
};

const firstPause = 50;
const longestPause = 2_000;
/** Messages that are decided together, at the most. Redis reads about eight at a time, and serves others in between. */
const mostTogether = 32;
/** Attempts at a message that fails for a reason which does not look passing. */
const attempts = 3;
/** Messages that fail one after the other, without one that does not, after which no others are tried. */
const mostFailed = 5;
/** Milliseconds for which fewer may fail before that is a trouble to tell of. */
const troubleAfterMs = 10_000;

/** A message, and the channel it came down. */
type Arrival = { message: ConsumeMessage; channel: ConfirmChannel; isOpen: () => boolean };

export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  /** In the order in which they came. */
  #arrived: Arrival[] = [];
  /** Those before them that failed, in order; whose fault that is, is not known yet. */
  #failed: Arrival[] = [];
  /** All in hand that fail for a reason which does not look passing; `since` by the steady clock. */
  readonly #failing = new Map<Arrival, { since: number; error: unknown }>();
  /** Messages of which what follows the decision was done. */
  #followed = 0;
  #line: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #wake = () => {};

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#stopping.signal.addEventListener('abort', () => this.#wake());
  }

  /** Starts consuming on a channel; again on the next one after the broker was away. */
  async consume(channel: ConfirmChannel): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    let open = true;
    channel.once('close', () => {
      open = false;
      this.#wake();
    });
    await channel.consume(this.#options.queue, (message) => {
      if (this.#stopping.signal.aborted) return;
      if (!message) {
        // The broker ended this consumer (its queue was deleted); what comes after this channel sets up all anew.
        if (open) channel.close().catch(() => {});
        return;
      }
      this.#arrived.push({ message, channel, isOpen: () => open });
      this.#line ??= this.#work();
      if (this.#failed.length < mostFailed) this.#wake();
    });
  }

  get queue(): string {
    return this.#options.queue;
  }

  /** Messages in hand that fail for a reason which does not look passing. */
  get failing(): number {
    for (const each of this.#failing.keys()) if (!each.isOpen()) this.#failing.delete(each);
    return this.#failing.size;
  }

  /** Why messages stay in hand and are not handled; undefined when all is well. */
  trouble(): string | undefined {
    const size = this.failing;
    const [oldest] = this.#failing.values();
    if (!oldest) return undefined;
    if (size < mostFailed && performance.now() - oldest.since < troubleAfterMs) return undefined;
    const why = oldest.error instanceof Error ? oldest.error.message : String(oldest.error);
    return `${this.#options.queue}: ${size} ${size === 1 ? 'message fails' : 'messages fail'}, and none is handled: ${why}`;
  }

  /**
   * Takes nothing new, and resolves when what is under way has ended. The rest is back in the queue once the channel is
   * closed, and only then may another consumer begin: were this one cancelled at the broker first, the next in line
   * would get what comes after the messages that are still in hand here, and these would be overtaken.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#line;
    await Promise.all(this.#underWay);
  }

  async #work(): Promise<void> {
    // Whatever arrives in one go can be decided together.
    await Promise.resolve();
    let pause = firstPause;
    for (;;) {
      this.#failed = this.#failed.filter((each) => this.#isWanted(each));
      if (this.#failed.length + this.#arrived.length === 0) break;
      if (this.#failed.length > 0) {
        await this.#rest(pause);
        pause = Math.min(2 * pause, longestPause);
        await this.#tryFailed();
      }
      if (this.#failed.length === 0) pause = firstPause;
      if (this.#failed.length < mostFailed) await this.#takeSome();
    }
    this.#line = undefined;
  }

  async #takeSome(): Promise<void> {
    const { decideTogether } = this.#options;
    // One more of them than have failed is enough to show whose fault it is.
    const count = this.#failed.length > 0 ? 1 : mostTogether;
    const arrivals = this.#arrived.splice(0, count).filter((each) => this.#isWanted(each));
    const decided =
      decideTogether && arrivals.length > 1
        ? await decideTogether(arrivals.map(({ message }) => message))
        : [];
    for (const [at, arrival] of arrivals.entries()) {
      await this.#take(arrival, decided[at]);
      if (this.#failed.length === 0) continue;
      // Nothing more is asked about before that one has been tried again.
      this.#arrived.unshift(...arrivals.slice(at + 1));
      return;
    }
  }

  /** What came down a lost channel comes again, perhaps to another consumer: deciding it here would be for nothing. */
  #isWanted({ isOpen }: Arrival): boolean {
    return !this.#stopping.signal.aborted && isOpen();
  }

  async #take(arrival: Arrival, together: Follow | undefined): Promise<void> {
    if (!this.#isWanted(arrival)) return;
    const tries = this.#failed.length > 0 ? 1 : attempts;
    const decided = together ? { value: together } : await this.#decide(arrival, tries);
    if (decided) await this.#goOn(arrival, decided.value);
    else if (this.#failing.has(arrival)) this.#failed.push(arrival);
  }

  /** Tries those that failed once more, in their order, until one is decided: those before it had their turn. */
  async #tryFailed(): Promise<void> {
    const failed = this.#failed;
    for (const [at, arrival] of failed.entries()) {
      if (!this.#isWanted(arrival)) continue;
      const decided = await this.#decide(arrival, 1);
      if (!decided) continue;
      const after = failed.slice(at + 1);
      for (const each of after) this.#failing.delete(each);
      this.#failed = failed.slice(0, at);
      this.#arrived.unshift(...after);
      await this.#goOn(arrival, decided.value);
      return;
    }
    // Parked meanwhile.
    this.#failed = failed.filter((each) => this.#failing.has(each));
  }

  /** One is decided, so those before it that were not are at fault themselves, unless whatever ailed them has passed. */
  async #goOn(arrival: Arrival, follow: Follow): Promise<void> {
    this.#finish(arrival, follow);
    const failed = this.#failed;
    this.#failed = [];
    for (const each of failed) {
      if (!this.#isWanted(each)) continue;
      const decided = await this.#decide(each, 1, { late: true });
      const failure = this.#failing.get(each);
      if (decided) this.#finish(each, decided.value);
      else if (failure) this.#park(each, failure.error);
    }
  }

  /**
   * Undefined when it is not decided: it is parked, or among `failing`, or a stop came first and it stays queued. Waits
   * for what may pass.
   */
  async #decide(
    arrival: Arrival,
    tries: number,
    turn: Turn = { late: false },
  ): Promise<{ value: Follow } | undefined> {
    const { decide } = this.#options;
    let lastingFaults = 0;
    const decided = await this.#persist(
      () => decide(arrival.message, turn),
      (error) => {
        if (error instanceof Unhandleable) {
          this.#park(arrival, error);
          return true;
        }
        if (this.#options.isTransient(error)) return !this.#isWanted(arrival);
        this.#fails(arrival, error);
        lastingFaults += 1;
        return lastingFaults >= tries;
      },
    );
    if (decided) this.#failing.delete(arrival);
    return decided;
  }

  /** What follows the decision runs by itself. */
  #finish(arrival: Arrival, follow: Follow): void {
    this.#failing.delete(arrival);
    const rest = this.#follow(arrival, follow);
    this.#underWay.add(rest);
    void rest.finally(() => this.#underWay.delete(rest));
  }

  async #follow(arrival: Arrival, follow: Follow): Promise<void> {
    let lastingFaults = 0;
    let followedBefore = 0;
    const done = await this.#persist(follow, (error) => {
      if (error instanceof Unhandleable) {
        this.#park(arrival, error);
        return true;
      }
      if (this.#options.isTransient(error)) return false;
      if (!arrival.isOpen()) return true;
      if (lastingFaults === 0) followedBefore = this.#followed;
      this.#fails(arrival, error);
      lastingFaults += 1;
      // Others are handled well, so it is this one's own fault.
      const isOwn = lastingFaults >= attempts && this.#followed > followedBefore;
      if (isOwn) this.#park(arrival, error);
      return isOwn;
    });
    this.#failing.delete(arrival);
    if (!done) return;
    this.#followed += 1;
    settle(arrival, () => arrival.channel.ack(arrival.message));
  }

  #fails(arrival: Arrival, error: unknown): void {
    const known = this.#failing.get(arrival);
    if (known) known.error = error;
    else this.#failing.set(arrival, { since: performance.now(), error });
    if (known || this.#failing.size !== mostFailed) return;
    const { queue, log } = this.#options;
    log.error({ err: error, queue }, 'message after message fails; all stay in hand until one is handled');
  }

  #park(arrival: Arrival, error: unknown): void {
    const { message, channel } = arrival;
    const { queue, log, onParked } = this.#options;
    const expected = error instanceof Unhandleable;
    log[expected ? 'warn' : 'error'](
      { err: error, queue, messageId: message.properties.messageId as unknown },
      'parked',
    );
    this.#failing.delete(arrival);
    onParked(queue);
    settle(arrival, () => channel.reject(message, false));
  }

  /**
   * Repeats `work` until it is done. Undefined when `givesUp` says so of an error, or a stop came first: the message
   * stays queued.
   */
  async #persist<T>(
    work: () => Promise<T>,
    givesUp: (error: unknown) => boolean,
  ): Promise<{ value: T } | undefined> {
    const { log, queue } = this.#options;
    let pause = firstPause;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { value: await work() };
      } catch (error) {
        if (givesUp(error)) return undefined;
        if (attempt === 1) log.warn({ err: error, queue }, 'trying again');
        const stopped = await sleep(pause, false, { signal: this.#stopping.signal }).catch(() => true);
        if (stopped) return undefined;
        pause = Math.min(2 * pause, longestPause);
      }
    }
  }

  /** Until the time is over, or something has changed. */
  async #rest(ms: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}

function settle({ isOpen }: Arrival, how: () => void): void {
  try {
    if (isOpen()) how();
  } catch {
    // The channel is closing, so the message comes again.
  }
}
