/**
 * Handles the messages of one queue in order. Each message has two parts: `decide` runs strictly one message after the
 * other; the follow-up that it returns runs concurrently with the next messages and ends with the acknowledgement.
 * Messages that have arrived at the same time may be decided together if the result is the same.
 *
 * After a transient fault the message is retried until it succeeds. Any other fault is taken to be the message's own
 * only if other messages succeed meanwhile: then the message is sent to `parked`, so that the queue flows on. While no
 * message succeeds, all of them stay unacknowledged and in order, since a parked message is overtaken by all messages
 * that come after it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Log } from '../shared/tier/log.ts';

/** A message that can never be handled. */
export class Unhandleable extends Error {
  override name = 'Unhandleable';
}

/** The second part of a message: what is done after the decision and before the acknowledgement. */
export type FollowUp = () => Promise<void>;

/** `late`: messages that came after this one may have been decided before it. */
export type DecideOptions = { late: boolean };

export type QueueWorkerOptions = {
  queue: string;
  decide: (message: ConsumeMessage, options: DecideOptions) => Promise<FollowUp>;
  /**
   * Decides several messages with one request. Undefined for each message that it cannot decide; `decide` is called
   * for that one, after the messages before it. Never rejects. Must not decide a message before one that it must not
   * overtake.
   */
  decideTogether?: (messages: readonly ConsumeMessage[]) => Promise<(FollowUp | undefined)[]>;
  /** Whether the same call may succeed later. */
  isTransient: (error: unknown) => boolean;
  onParked: (queue: string) => void;
  log: Log;
};

const firstPauseMs = 50;
const maxPauseMs = 2_000;
/** Messages decided together, at most. Redis reads about eight at a time and serves other clients in between. */
const maxDecidedTogether = 32;
/** Attempts at a message that fails for a reason that does not look transient. */
const maxAttempts = 3;
/** Consecutive failed messages after which no further messages are tried. */
const maxFailed = 5;
/** Milliseconds for which fewer than `maxFailed` messages may fail before `trouble()` reports it. */
const troubleAfterMs = 10_000;

/** A message, and the channel that delivered it. */
type Arrival = { message: ConsumeMessage; channel: ConfirmChannel; isOpen: () => boolean };

export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  /** Messages that are not decided yet, in the order in which they arrived. */
  #arrived: Arrival[] = [];
  /** Messages before `#arrived` that failed, in order. It is not known yet whether the fault is their own. */
  #failed: Arrival[] = [];
  /** Unacknowledged messages that fail for a reason that does not look transient; `since` by the monotonic clock. */
  readonly #failing = new Map<Arrival, { since: number; error: unknown }>();
  /** Number of follow-ups that succeeded. */
  #completedCount = 0;
  #loop: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #wake = () => {};

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#stopping.signal.addEventListener('abort', () => this.#wake());
  }

  /** Starts consuming on a channel. Call it again with the next channel after the broker was away. */
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
        // The broker ended this consumer (its queue was deleted). Opening the next channel creates the queue again.
        if (open) channel.close().catch(() => {});
        return;
      }
      this.#arrived.push({ message, channel, isOpen: () => open });
      this.#loop ??= this.#work();
      if (this.#failed.length < maxFailed) this.#wake();
    });
  }

  get queue(): string {
    return this.#options.queue;
  }

  /** Number of unacknowledged messages that fail for a reason that does not look transient. */
  get failing(): number {
    for (const each of this.#failing.keys()) if (!each.isOpen()) this.#failing.delete(each);
    return this.#failing.size;
  }

  /** Why messages stay unacknowledged and are not handled; undefined if they are handled. */
  trouble(): string | undefined {
    const count = this.failing;
    const [first] = this.#failing.values();
    if (!first) return undefined;
    if (count < maxFailed && performance.now() - first.since < troubleAfterMs) return undefined;
    const reason = first.error instanceof Error ? first.error.message : String(first.error);
    return `${this.#options.queue}: ${count} ${count === 1 ? 'message fails' : 'messages fail'}, and none is handled: ${reason}`;
  }

  /**
   * Takes no new messages and resolves when the work under way has ended. The broker puts the remaining messages back
   * into the queue when the channel is closed, and only then may another consumer begin. If this consumer were
   * cancelled at the broker first, the next consumer would get messages that come after those still unacknowledged
   * here, and would overtake them.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  async #work(): Promise<void> {
    // Wait one microtask: messages that arrive in one read of the socket can be decided together.
    await Promise.resolve();
    let pauseMs = firstPauseMs;
    for (;;) {
      this.#failed = this.#failed.filter((each) => this.#isWanted(each));
      if (this.#failed.length + this.#arrived.length === 0) break;
      if (this.#failed.length > 0) {
        await this.#waitForWake(pauseMs);
        pauseMs = Math.min(2 * pauseMs, maxPauseMs);
        await this.#tryFailed();
      }
      if (this.#failed.length === 0) pauseMs = firstPauseMs;
      if (this.#failed.length < maxFailed) await this.#takeNext();
    }
    this.#loop = undefined;
  }

  async #takeNext(): Promise<void> {
    const { decideTogether } = this.#options;
    // After a failure, one message that succeeds is enough to show that the failed ones are at fault themselves.
    const count = this.#failed.length > 0 ? 1 : maxDecidedTogether;
    const arrivals = this.#arrived.splice(0, count).filter((each) => this.#isWanted(each));
    const decided =
      decideTogether && arrivals.length > 1
        ? await decideTogether(arrivals.map(({ message }) => message))
        : [];
    for (const [index, arrival] of arrivals.entries()) {
      await this.#take(arrival, decided[index]);
      if (this.#failed.length === 0) continue;
      // The messages after a failed one wait until it has been tried again.
      this.#arrived.unshift(...arrivals.slice(index + 1));
      return;
    }
  }

  /**
   * False after a stop, and for messages of a lost channel: they are redelivered, perhaps to another consumer, so
   * deciding them here would be useless.
   */
  #isWanted({ isOpen }: Arrival): boolean {
    return !this.#stopping.signal.aborted && isOpen();
  }

  /** `followUp`: the result of `decideTogether`, if that has decided the message already. */
  async #take(arrival: Arrival, followUp: FollowUp | undefined): Promise<void> {
    if (!this.#isWanted(arrival)) return;
    const tries = this.#failed.length > 0 ? 1 : maxAttempts;
    const decided = followUp ? { value: followUp } : await this.#decide(arrival, tries);
    if (decided) await this.#settleFailed(arrival, decided.value);
    else if (this.#failing.has(arrival)) this.#failed.push(arrival);
  }

  /**
   * Tries the failed messages again, in order, until one is decided. Then those before it are settled, and those after
   * it count as new arrivals.
   */
  async #tryFailed(): Promise<void> {
    const failed = this.#failed;
    for (const [index, arrival] of failed.entries()) {
      if (!this.#isWanted(arrival)) continue;
      const decided = await this.#decide(arrival, 1);
      if (!decided) continue;
      const after = failed.slice(index + 1);
      for (const each of after) this.#failing.delete(each);
      this.#failed = failed.slice(0, index);
      this.#arrived.unshift(...after);
      await this.#settleFailed(arrival, decided.value);
      return;
    }
    // Without the messages that were parked meanwhile.
    this.#failed = failed.filter((each) => this.#failing.has(each));
  }

  /**
   * Finishes a decided message. Since it was decided, the failed messages before it are at fault themselves, unless
   * their fault has passed: each is tried once more, and parked if it fails again.
   */
  async #settleFailed(arrival: Arrival, followUp: FollowUp): Promise<void> {
    this.#finish(arrival, followUp);
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
   * Decides one message; retries transient faults without limit, other faults up to `tries` times. Undefined if the
   * message is not decided: then it is parked, or in `#failing`, or a stop came first and it stays in the queue.
   */
  async #decide(
    arrival: Arrival,
    tries: number,
    options: DecideOptions = { late: false },
  ): Promise<{ value: FollowUp } | undefined> {
    const { decide } = this.#options;
    let lastingFaults = 0;
    const decided = await this.#persist(
      () => decide(arrival.message, options),
      (error) => {
        if (error instanceof Unhandleable) {
          this.#park(arrival, error);
          return true;
        }
        if (this.#options.isTransient(error)) return !this.#isWanted(arrival);
        this.#noteFailure(arrival, error);
        lastingFaults += 1;
        return lastingFaults >= tries;
      },
    );
    if (decided) this.#failing.delete(arrival);
    return decided;
  }

  /** Starts the follow-up, which runs concurrently with the next messages. */
  #finish(arrival: Arrival, followUp: FollowUp): void {
    this.#failing.delete(arrival);
    const completion = this.#complete(arrival, followUp);
    this.#underWay.add(completion);
    void completion.finally(() => this.#underWay.delete(completion));
  }

  async #complete(arrival: Arrival, followUp: FollowUp): Promise<void> {
    let lastingFaults = 0;
    let completedBefore = 0;
    const done = await this.#persist(followUp, (error) => {
      if (error instanceof Unhandleable) {
        this.#park(arrival, error);
        return true;
      }
      if (this.#options.isTransient(error)) return false;
      if (!arrival.isOpen()) return true;
      if (lastingFaults === 0) completedBefore = this.#completedCount;
      this.#noteFailure(arrival, error);
      lastingFaults += 1;
      // Other messages succeed meanwhile, so the fault is this message's own.
      const isOwnFault = lastingFaults >= maxAttempts && this.#completedCount > completedBefore;
      if (isOwnFault) this.#park(arrival, error);
      return isOwnFault;
    });
    this.#failing.delete(arrival);
    if (!done) return;
    this.#completedCount += 1;
    ifOpen(arrival, () => arrival.channel.ack(arrival.message));
  }

  #noteFailure(arrival: Arrival, error: unknown): void {
    const known = this.#failing.get(arrival);
    if (known) known.error = error;
    else this.#failing.set(arrival, { since: performance.now(), error });
    if (known || this.#failing.size !== maxFailed) return;
    const { queue, log } = this.#options;
    log.error({ err: error, queue }, 'every message fails; all stay unacknowledged until one succeeds');
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
    ifOpen(arrival, () => channel.reject(message, false));
  }

  /**
   * Repeats `work` until it succeeds. Undefined if `givesUp` returned true for an error, or a stop came first: then the
   * message stays in the queue.
   */
  async #persist<T>(
    work: () => Promise<T>,
    givesUp: (error: unknown) => boolean,
  ): Promise<{ value: T } | undefined> {
    const { log, queue } = this.#options;
    let pauseMs = firstPauseMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { value: await work() };
      } catch (error) {
        if (givesUp(error)) return undefined;
        if (attempt === 1) log.warn({ err: error, queue }, 'trying again');
        const stopped = await sleep(pauseMs, false, { signal: this.#stopping.signal }).catch(() => true);
        if (stopped) return undefined;
        pauseMs = Math.min(2 * pauseMs, maxPauseMs);
      }
    }
  }

  /** Waits `ms` milliseconds, or less if `#wake` is called: a message arrived, the channel closed, or a stop began. */
  async #waitForWake(ms: number): Promise<void> {
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

function ifOpen({ isOpen }: Arrival, acknowledge: () => void): void {
  try {
    if (isOpen()) acknowledge();
  } catch {
    // The channel is closing, so the broker delivers the message again.
  }
}
