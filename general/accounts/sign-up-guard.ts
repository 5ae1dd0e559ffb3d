import { LRUCache } from 'lru-cache';
import { Problem } from '../../shared/tier/problems.ts';
import { Attempts } from './attempts.ts';
import { Bookings } from './bookings.ts';

/** Accounts that one address may create at once: more than a school class or the staff of a hall. */
const burst = 100;
/** Time until the address may create one more. */
const refillMs = 3_000;
/** Places one address can book in advance, so that nobody books for hours. */
const maxAhead = 30;
/** Registered e-mail addresses that one client address may ask about in five minutes. */
const maxTaken = 20;

type Allowance = { left: number; at: number };

/**
 * Limits new accounts per address, so that creating masses of them is slow and hashing time is left for others. A
 * sign-up for a registered e-mail address reveals that it is registered, so those are counted separately, with a low
 * limit.
 */
export class SignUpGuard {
  readonly #taken = new Attempts();
  readonly #allowances = new LRUCache<string, Allowance>({ max: 100_000 });
  readonly #bookings = new Bookings();

  /** @throws {Problem} too_many_requests if this client has asked about too many registered e-mail addresses */
  checkTaken(client: string, now: number = performance.now()): void {
    if (this.#taken.count(client, now) < maxTaken) return;
    throw new Problem('too_many_requests', { retryAfter: this.#taken.msLeft(client, now) / 1000 });
  }

  /** Counts a sign-up for a registered e-mail address. @throws {Problem} too_many_requests */
  addTaken(client: string, now: number = performance.now()): void {
    this.checkTaken(client, now);
    this.#taken.add(client, now);
  }

  /** Counts a new account. @throws {Problem} too_many_requests, with the time at which a place is reserved for it */
  admit(client: string, email: string, now: number = performance.now()): void {
    if (this.#bookings.take(client, email, now)) return;
    const allowance = this.#allowanceOf(client, now);
    if (allowance.left >= 1) {
      allowance.left -= 1;
      return;
    }
    const booked = this.#bookings.msLeft(client, email, now);
    const waitMs = booked ?? (1 - allowance.left) * refillMs;
    const seconds = Math.ceil(waitMs / 1000);
    if (booked === undefined && allowance.left > -maxAhead) {
      allowance.left -= 1;
      this.#bookings.book(client, email, now + seconds * 1000);
    }
    throw new Problem('too_many_requests', { retryAfter: seconds });
  }

  /** Call it if no account was created after `admit`. */
  takeBack(client: string, now: number = performance.now()): void {
    const allowance = this.#allowanceOf(client, now);
    allowance.left = Math.min(burst, allowance.left + 1);
  }

  #allowanceOf(client: string, now: number): Allowance {
    const known = this.#allowances.get(client) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + (now - known.at) / refillMs);
    const allowance = { left, at: now };
    this.#allowances.set(client, allowance);
    return allowance;
  }
}
