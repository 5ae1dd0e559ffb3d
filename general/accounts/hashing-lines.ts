/**
 * Who is next to have a password hashed. A hash keeps a thread busy for some 150 ms, so few are made at a time, and the
 * rest wait. Sign-ins and sign-ups wait in lines of their own, so that a flood of one does not hold up the other; in a
 * line clients take turns, so that one who sends much waits for itself. Who hangs up leaves the line.
 */
import { Problem } from '../../shared/tier/problems.ts';
import { Bookings } from './bookings.ts';

export type HashingKind = 'sign-in' | 'sign-up';

export type HashingTurn = {
  kind: HashingKind;
  /** Who asks, by address (shared/http/client-address.ts). */
  client: string;
  /** Whose password it is. Who was refused and asks for the same again when told has a place. */
  email: string;
  /** Aborted when the client hangs up. */
  gone: AbortSignal;
};

type Waiter = { turn: HashingTurn; hasBooking: boolean; start: () => void; refuse: (why: Error) => void };

export type HashingLimits = {
  atOnce: number;
  /** Beyond it a line refuses those of a client that go beyond its share. */
  maxWaiting: number;
  /** As many of one client may wait at any rate, such as a class at its school's address. */
  share: number;
  /** Beyond it no share counts. */
  hardMaxWaiting: number;
};

/** Each hash keeps one of the four threads busy that file and name look-ups need too. */
const defaults: HashingLimits = { atOnce: 2, maxWaiting: 200, share: 60, hardMaxWaiting: 2_000 };

export class HashingLines {
  readonly #limits: HashingLimits;
  readonly #running = { 'sign-in': 0, 'sign-up': 0 };
  readonly #lines = { 'sign-in': new Line(), 'sign-up': new Line() };
  readonly #bookings = new Bookings();
  /** Milliseconds that a hash takes here, of those made so far. */
  #hashMs = 150;

  constructor(limits: Partial<HashingLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Runs `hash` when it is this one's turn. @throws {Problem} unavailable, when too many wait */
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
      // Of the client that has most in the line, the last one goes.
      const { maxWaiting, share, hardMaxWaiting } = this.#limits;
      const surplus =
        line.size > maxWaiting ? line.removeSurplus(line.size > hardMaxWaiting ? 0 : share) : undefined;
      if (surplus) surplus.refuse(this.#refusal(surplus.turn));
    });
  }

  /** Both kinds get the same share of what runs at once; what one does not need, the other has. */
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
    // Half of what runs at once is certain to be this line's.
    const lineMs = (this.#lines[turn.kind].size * this.#hashMs * 2) / this.#limits.atOnce;
    const seconds = Math.ceil(Math.max(1_000, booked ?? lineMs) / 1_000);
    if (booked === undefined) this.#bookings.book(turn.client, bookingOf(turn), now + seconds * 1_000);
    return new Problem('unavailable', { retryAfter: seconds });
  }
}

const bookingOf = ({ kind, email }: HashingTurn) => `${kind} ${email}`;

/** Nobody reads it. */
const hungUp = () => new Problem('unavailable', { detail: 'The client has hung up' });

/** Waiters by client; clients take turns. */
class Line {
  readonly #of = new Map<string, Waiter[]>();
  size = 0;

  add(waiter: Waiter): void {
    const { client } = waiter.turn;
    const own = this.#of.get(client) ?? [];
    if (waiter.hasBooking) own.unshift(waiter);
    else own.push(waiter);
    this.#of.set(client, own);
    this.size += 1;
  }

  next(): Waiter | undefined {
    const [first] = this.#of;
    if (!first) return undefined;
    const [client, own] = first;
    const waiter = own[0]!;
    this.remove(waiter);
    // To the end of the clients.
    if (this.#of.delete(client)) this.#of.set(client, own);
    return waiter;
  }

  remove(waiter: Waiter): boolean {
    const { client } = waiter.turn;
    const own = this.#of.get(client) ?? [];
    const at = own.indexOf(waiter);
    if (at < 0) return false;
    own.splice(at, 1);
    if (own.length === 0) this.#of.delete(client);
    this.size -= 1;
    return true;
  }

  /** The last waiter without a booking of the client that has most of these, if it has more than `share`. */
  removeSurplus(share: number): Waiter | undefined {
    const without = [...this.#of.values()].map((own) => own.filter(({ hasBooking }) => !hasBooking));
    const most = without.toSorted((a, b) => b.length - a.length)[0];
    const surplus = most?.[share] && most.at(-1);
    if (surplus) this.remove(surplus);
    return surplus;
  }
}
