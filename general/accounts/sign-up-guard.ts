import { Problem } from '../../shared/tier/problems.ts';
import { Attempts } from './attempts.ts';
import { Bookings } from './bookings.ts';

/** Accounts that one address may make at once: more than a class or a hall's staff. */
const burst = 100;
/** Milliseconds until one more may be made there. */
const refillMs = 3_000;
/** Places that one address can have booked in advance, so that nobody books for hours. */
const maxAhead = 30;
/** E-mail addresses that have an account and one address may ask about in five minutes. */
const maxTaken = 20;

type Allowance = { left: number; at: number };

/**
 * Counts new accounts by address, so that making them in masses is slow and leaves the time that a hash takes to others.
 * Sign-ups for addresses that have an account tell who has one, so they are counted apart, and few.
 */
export class SignUpGuard {
  readonly #taken = new Attempts();
  readonly #allowances = new Map<string, Allowance>();
  readonly #bookings = new Bookings();

  /** @throws {Problem} too_many_requests when this client has asked about too many e-mail addresses that are taken */
  checkTaken(client: string, now: number = performance.now()): void {
    if (this.#taken.count(client, now) < maxTaken) return;
    throw new Problem('too_many_requests', { retryAfter: this.#taken.msLeft(client, now) / 1000 });
  }

  /** Counts an e-mail address that is taken. @throws {Problem} too_many_requests */
  addTaken(client: string, now: number = performance.now()): void {
    this.checkTaken(client, now);
    this.#taken.add(client, now);
  }

  /** Counts a new account. @throws {Problem} too_many_requests, with the time at which there is a place for it */
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

  /** No account was made. */
  takeBack(client: string, now: number = performance.now()): void {
    const allowance = this.#allowanceOf(client, now);
    allowance.left = Math.min(burst, allowance.left + 1);
  }

  #allowanceOf(client: string, now: number): Allowance {
    const known = this.#allowances.get(client) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + (now - known.at) / refillMs);
    const allowance = { left, at: now };
    this.#allowances.delete(client);
    this.#allowances.set(client, allowance);
    const [oldest] = this.#allowances.keys();
    if (this.#allowances.size > 100_000 && oldest !== undefined) this.#allowances.delete(oldest);
    return allowance;
  }
}
