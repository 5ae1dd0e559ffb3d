/**
 * What time it is at the server, whatever this device believes. A sample is a server time together with when it was
 * asked for and when it came: the server wrote it somewhere in between, so the middle is off by half the round trip
 * at most. The sample with the shortest round trip wins. The device's monotonic timer carries it forward, so that
 * setting the device's clock changes nothing.
 */
type Sample = { ahead: number; roundTrip: number; at: number };

/** Older samples are dropped: timers of cheap devices drift by some milliseconds a minute. */
const oldest = 5 * 60_000;
/** Milliseconds by which the device's clock and its timer may part before one of them must have jumped. */
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

  /** Milliseconds since 1970 at the server. Until the first sample, what the device believes. */
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

  /** How far off `now` can be, in milliseconds; undefined while nothing is known. */
  uncertainty(): number | undefined {
    const best = this.#best();
    return best && Math.ceil(best.roundTrip / 2);
  }

  /** How wrong this device's own clock is, in milliseconds: more than zero when it is ahead. */
  deviceError(): number {
    return this.#device() - this.now();
  }

  /** A device that slept may have stopped its timer; then all samples are worthless. True when it looks so. */
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
    // The last sample stays as the best guess there is, but any new one shall win against it.
    if (jumped) this.#samples = this.#samples.slice(-1).map((last) => ({ ...last, roundTrip: Infinity }));
    return jumped;
  }
}

export const serverClock = new ServerClock();
