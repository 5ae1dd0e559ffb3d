/**
 * Queues for password hashing. A hash keeps a thread busy for about 150 ms, so only a few run at a time and the rest
 * wait. Sign-ins and sign-ups have separate queues, so that a flood of one does not delay the other. Within a queue
 * clients take turns, so that a client with many requests delays only itself. A client that hangs up leaves its
 * queue.
 */
import { Problem } from '../../shared/tier/problems.ts';
import { Bookings } from './bookings.ts';

export type HashingKind = 'sign-in' | 'sign-up';

export type HashingTurn = {
  kind: HashingKind;
  /** The client, by address (shared/http/client-address.ts). */
  client: string;
  /**
   * The account whose password is hashed. A refused client that asks for the same account again at the given time has
   * a place.
   */
  email: string;
  /** Aborted when the client hangs up. */
  gone: AbortSignal;
};

type Waiter = { turn: HashingTurn; hasBooking: boolean; start: () => void; refuse: (why: Error) => void };

export type HashingLimits = {
  atOnce: number;
  /** If more than this many wait, requests that exceed their client's `share` are refused. */
  maxWaiting: number;
  /** Requests one client may always have waiting, such as a class behind its school's address. */
  share: number;
  /** If more than this many wait, no share is guaranteed. */
  hardMaxWaiting: number;
};

/** Each hash occupies one of the four threads of libuv's pool, which file access and DNS look-ups need too. */
const defaults: HashingLimits = { atOnce: 2, maxWaiting: 200, share: 60, hardMaxWaiting: 2_000 };

export class HashingLines {
  readonly #limits: HashingLimits;
  readonly #running = { 'sign-in': 0, 'sign-up': 0 };
  readonly #lines = { 'sign-in': new Line(), 'sign-up': new Line() };
  readonly #bookings = new Bookings();
  /** Duration of one hash on this machine: moving average of those made so far. */
  #hashMs = 150;

  constructor(limits: Partial<HashingLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Runs `hash` when it is this request's turn. @throws {Problem} unavailable if too many wait */
  async run<T>(turn: HashingTurn, hash: () => Promise<T>): Promise<T> {
    await this.#wait(turn);
    const startedAt = performance.now();
    try {
      return await hash();
    } finally {
      this.#hashMs += (performance.now() - startedAt - this.#hashMs) / 8;
      this.#running[turn.kind] -= 1;
      this.#startNext();
    }
  }

  waiting(kind: HashingKind): number {
    return this.#lines[kind].size;
  }

  #wait(turn: HashingTurn): Promise<void> {
    const { kind, gone } = turn;
    if (gone.aborted) return Promise.reject(hungUp());
    if (this.#running['sign-in'] + this.#running['sign-up'] < this.#limits.atOnce) {
      this.#running[kind] += 1;
      return Promise.resolve();
    }
    const line = this.#lines[kind];
    return new Promise<void>((resolve, reject) => {
      const hasBooking = this.#bookings.take(turn.client, bookingOf(turn), performance.now());
      const waiter: Waiter = { turn, hasBooking, start: resolve, refuse: reject };
      line.add(waiter);
      gone.addEventListener(
        'abort',
        () => {
          if (line.remove(waiter)) reject(hungUp());
        },
        { once: true },
      );
      // The client with the most requests in the queue loses its last one.
      const { maxWaiting, share, hardMaxWaiting } = this.#limits;
      const surplus =
        line.size > maxWaiting ? line.removeSurplus(line.size > hardMaxWaiting ? 0 : share) : undefined;
      if (surplus) surplus.refuse(this.#refusal(surplus.turn));
    });
  }

  /** Both kinds get an equal share of the running hashes; what one does not use, the other gets. */
  #startNext(): void {
    const kinds = (['sign-in', 'sign-up'] as const).filter((kind) => this.#lines[kind].size > 0);
    const [kind] = kinds.toSorted((a, b) => this.#running[a] - this.#running[b]);
    const next = kind && this.#lines[kind].next();
    if (!next) return;
    this.#running[kind] += 1;
    next.start();
  }

  #refusal(turn: HashingTurn): Problem {
    const now = performance.now();
    const booked = this.#bookings.msLeft(turn.client, bookingOf(turn), now);
    // Half of the hashes that run at once are guaranteed to this queue.
    const lineMs = (this.#lines[turn.kind].size * this.#hashMs * 2) / this.#limits.atOnce;
    const seconds = Math.ceil(Math.max(1_000, booked ?? lineMs) / 1_000);
    if (booked === undefined) this.#bookings.book(turn.client, bookingOf(turn), now + seconds * 1_000);
    return new Problem('unavailable', { retryAfter: seconds });
  }
}

const bookingOf = ({ kind, email }: HashingTurn) => `${kind} ${email}`;

/** The client has hung up, so nobody reads this problem. */
const hungUp = () => new Problem('unavailable', { detail: 'The client has hung up' });

/** Waiters grouped by client; clients take turns. */
class Line {
  readonly #clients = new Map<string, Waiter[]>();
  size = 0;

  add(waiter: Waiter): void {
    const { client } = waiter.turn;
    const own = this.#clients.get(client) ?? [];
    if (waiter.hasBooking) own.unshift(waiter);
    else own.push(waiter);
    this.#clients.set(client, own);
    this.size += 1;
  }

  next(): Waiter | undefined {
    const [first] = this.#clients;
    if (!first) return undefined;
    const [client, own] = first;
    const waiter = own[0]!;
    this.remove(waiter);
    // The client moves to the end of the queue.
    if (this.#clients.delete(client)) this.#clients.set(client, own);
    return waiter;
  }

  remove(waiter: Waiter): boolean {
    const { client } = waiter.turn;
    const own = this.#clients.get(client) ?? [];
    const at = own.indexOf(waiter);
    if (at < 0) return false;
    own.splice(at, 1);
    if (own.length === 0) this.#clients.delete(client);
    this.size -= 1;
    return true;
  }

  /**
   * Removes and returns the last waiter without a booking of the client that has the most such waiters, if it has
   * more than `share`.
   */
  removeSurplus(share: number): Waiter | undefined {
    const unbooked = [...this.#clients.values()].map((own) => own.filter(({ hasBooking }) => !hasBooking));
    const longest = unbooked.toSorted((a, b) => b.length - a.length)[0];
    const surplus = longest?.[share] && longest.at(-1);
    if (surplus) this.remove(surplus);
    return surplus;
  }
}
