/**
 * The server's time, whatever the device's clock says. A sample is a server time with the moments at which
 * the request left and its answer came. The server wrote it somewhere in between, so assuming the middle is
 * off by half the round trip at most. The sample with the shortest round trip wins. The device's monotonic
 * timer carries it forward, so that setting the device's clock changes nothing.
 */
type Sample = { ahead: number; roundTrip: number; at: number };

/** Milliseconds after which a sample is dropped: timers of cheap devices drift by some milliseconds a minute. */
const oldest = 5 * 60_000;
/**
 * If the device's clock and its monotonic timer drift apart by more than this many milliseconds, one of them
 * has jumped.
 */
const jump = 750;

export class ServerClock {
  #samples: Sample[] = [];
  #deviceAhead: number;
  readonly #listeners = new Set<() => void>();
  readonly #timer: () => number;
  readonly #device: () => number;

  constructor(timer = () => performance.now(), device = () => Date.now()) {
    this.#timer = timer;
    this.#device = device;
    this.#deviceAhead = device() - timer();
  }

  /** Milliseconds since 1970 at the server. Until the first sample: the device's clock. */
  now(): number {
    const best = this.#best();
    return this.#timer() + (best ? best.ahead : this.#deviceAhead);
  }

  /** @param serverTime ISO 8601; `sentAt` and `receivedAt` by the monotonic timer */
  learn(serverTime: string, { sentAt, receivedAt }: { sentAt: number; receivedAt: number }): void {
    const time = Date.parse(serverTime);
    if (Number.isNaN(time)) return;
    const roundTrip = receivedAt - sentAt;
    this.#noticeJump();
    const fresh = this.#samples.filter(({ at }) => receivedAt - at < oldest);
    this.#samples = [...fresh, { ahead: time + roundTrip / 2 - receivedAt, roundTrip, at: receivedAt }];
    this.#samples = this.#samples.slice(-20);
    for (const listener of this.#listeners) listener();
  }

  /** How far `now` can be off, in milliseconds; undefined before the first sample. */
  uncertainty(): number | undefined {
    const best = this.#best();
    return best && Math.ceil(best.roundTrip / 2);
  }

  /** Milliseconds by which the device's clock is ahead of the server; negative if it is behind. */
  deviceError(): number {
    return this.#device() - this.now();
  }

  /**
   * True if the device has slept or its clock was set. Sleep may have stopped the monotonic timer, which
   * makes all samples worthless.
   */
  sleptOrWasSet(): boolean {
    return this.#noticeJump();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #best(): Sample | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples) if (!best || sample.roundTrip <= best.roundTrip) best = sample;
    return best;
  }

  #noticeJump(): boolean {
    const ahead = this.#device() - this.#timer();
    const jumped = Math.abs(ahead - this.#deviceAhead) > jump;
    this.#deviceAhead = ahead;
    // The last sample stays as the best guess, but any new one wins against it.
    if (jumped) this.#samples = this.#samples.slice(-1).map((last) => ({ ...last, roundTrip: Infinity }));
    return jumped;
  }
}

export const serverClock = new ServerClock();
