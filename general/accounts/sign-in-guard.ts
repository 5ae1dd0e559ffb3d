import { Problem } from '../../shared/problems.ts';

/** Milliseconds for which attempts count. */
const period = 5 * 60_000;
/** Few from one address, so that guessing is slow; more from all, so that nobody can lock somebody else out lightly. */
const allowed = { fromOneAddress: 10, fromAll: 100 };
/** Accounts remembered; beyond it the oldest are forgotten. */
const mostKeys = 100_000;

type Attempts = { count: number; until: number };

/** Counts sign-ins that failed, by account. In memory: each process allows as many. */
export class SignInGuard {
  readonly #attempts = new Map<string, Attempts>();

  /**
   * Counts an attempt before its password is checked, so that many at once gain nothing.
   * @throws {Problem} too_many_requests
   */
  admit(email: string, address: string, now: number = Date.now()): void {
    for (const [key, most] of this.#keys(email, address)) {
      const known = this.#attempts.get(key);
      const attempts = known && known.until > now ? known : { count: 0, until: now + period };
      if (attempts.count >= most) {
        throw new Problem('too_many_requests', { retryAfter: (attempts.until - now) / 1000 });
      }
      attempts.count += 1;
      this.#attempts.delete(key);
      this.#attempts.set(key, attempts);
    }
    for (const key of this.#attempts.keys()) {
      if (this.#attempts.size <= mostKeys) break;
      this.#attempts.delete(key);
    }
  }

  /** The password was right: what was tried before is forgiven. */
  forgive(email: string, address: string): void {
    for (const [key] of this.#keys(email, address)) this.#attempts.delete(key);
  }

  #keys(email: string, address: string): [string, number][] {
    return [
      [`${email} ${address}`, allowed.fromOneAddress],
      [email, allowed.fromAll],
    ];
  }
}
