/**
 * Takes the messages of one queue in order. Each message has two parts: `decide` runs strictly one after the other;
 * what it returns runs beside the next messages and ends with the acknowledgement. A fault that may pass is waited
 * out with the message in hand; one that will not sends the message to `parked`, so that the queue flows on. Messages
 * that are there at the same time may be decided together, as long as that comes to the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Log } from '../shared/log.ts';

/** A message that can never be handled. */
export class Unhandleable extends Error {
  override name = 'Unhandleable';
}

/** What follows the decision. */
export type Follow = () => Promise<void>;

export type QueueWorkerOptions = {
  queue: string;
  decide: (message: ConsumeMessage) => Promise<Follow>;
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

/** A message, and the channel it came down. */
type Arrival = { message: ConsumeMessage; channel: ConfirmChannel; isOpen: () => boolean };

export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  /** In the order in which they came. */
  #arrived: Arrival[] = [];
  #line: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
  }

  /** Starts consuming on a channel; again on the next one after the broker was away. */
  async consume(channel: ConfirmChannel): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    let open = true;
    channel.once('close', () => (open = false));
    await channel.consume(this.#options.queue, (message) => {
      if (this.#stopping.signal.aborted) return;
      if (!message) {
        // The broker ended this consumer (its queue was deleted); what comes after this channel sets up all anew.
        if (open) channel.close().catch(() => {});
        return;
      }
      this.#arrived.push({ message, channel, isOpen: () => open });
      this.#line ??= this.#work();
    });
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
    const { decideTogether } = this.#options;
    // Whatever arrives in one go can be decided together.
    await Promise.resolve();
    while (this.#arrived.length > 0) {
      const arrivals = this.#arrived.splice(0, mostTogether).filter((each) => this.#isWanted(each));
      const decided =
        decideTogether && arrivals.length > 1
          ? await decideTogether(arrivals.map(({ message }) => message))
          : [];
      for (const [at, arrival] of arrivals.entries()) await this.#take(arrival, decided[at]);
    }
    this.#line = undefined;
  }

  /** What came down a lost channel comes again; deciding it twice would do no harm, but no good either. */
  #isWanted({ isOpen }: Arrival): boolean {
    return !this.#stopping.signal.aborted && isOpen();
  }

  async #take(arrival: Arrival, follow: Follow | undefined): Promise<void> {
    if (!this.#isWanted(arrival)) return;
    const { message, channel, isOpen } = arrival;
    const settle = (how: () => void) => {
      try {
        if (isOpen()) how();
      } catch {
        // The channel is closing, so the message comes again.
      }
    };
    const park = (error: unknown) => {
      const { queue, log, onParked } = this.#options;
      const expected = error instanceof Unhandleable;
      log[expected ? 'warn' : 'error'](
        { err: error, queue, messageId: message.properties.messageId as unknown },
        'parked',
      );
      onParked(queue);
      settle(() => channel.reject(message, false));
    };
    let decided;
    try {
      decided = follow ? { value: follow } : await this.#persist(() => this.#options.decide(message));
    } catch (error) {
      park(error);
      return;
    }
    if (!decided) return;
    const rest = this.#persist(decided.value).then((done) => {
      if (done) settle(() => channel.ack(message));
    }, park);
    this.#underWay.add(rest);
    void rest.finally(() => this.#underWay.delete(rest));
  }

  /** Repeats `work` while it fails for passing reasons. Undefined when a stop came first: the message stays queued. */
  async #persist<T>(work: () => Promise<T>): Promise<{ value: T } | undefined> {
    const { isTransient, log, queue } = this.#options;
    let pause = firstPause;
    let lastingFaults = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { value: await work() };
      } catch (error) {
        if (error instanceof Unhandleable) throw error;
        if (!isTransient(error)) lastingFaults += 1;
        if (lastingFaults >= attempts) throw error;
        if (attempt === 1) log.warn({ err: error, queue }, 'trying again');
        const stopped = await sleep(pause, false, { signal: this.#stopping.signal }).catch(() => true);
        if (stopped) return undefined;
        pause = Math.min(2 * pause, longestPause);
      }
    }
  }
}
