import { Problem } from '../../shared/problems.ts';

/** Milliseconds for which attempts count. */
const period = 5 * 60_000;

type Attempts = { count: number; until: number };

/** Counts attempts by key, by the monotonic clock. In memory: each process allows as many. Beyond `mostKeys` the oldest are forgotten. */
class Counter {
  readonly #attempts = new Map<string, Attempts>();
  readonly #mostKeys: number;

  constructor(mostKeys = 100_000) {
    this.#mostKeys = mostKeys;
  }

  /** @throws {Problem} too_many_requests */
  add(key: string, most: number, now: number): void {
    const known = this.#attempts.get(key);
    const attempts = known && known.until > now ? known : { count: 0, until: now + period };
    if (attempts.count >= most) {
      throw new Problem('too_many_requests', { retryAfter: (attempts.until - now) / 1000 });
    }
    attempts.count += 1;
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts);
    for (const oldest of this.#attempts.keys()) {
      if (this.#attempts.size <= this.#mostKeys) break;
      this.#attempts.delete(oldest);
    }
  }

  takeBack(key: string): void {
    const known = this.#attempts.get(key);
    if (known) known.count -= 1;
  }

  forget(key: string): void {
    this.#attempts.delete(key);
  }
}

/**
 * Counts sign-ins that failed. Few of one account from one address, so that guessing is slow; more from all addresses,
 * so that nobody can lock somebody else out lightly; and more of all accounts from one address, which many people may
 * share, so that nobody tries one password on everybody.
 */
export class SignInGuard {
  readonly #ofAccountHere = new Counter();
  readonly #ofAccount = new Counter();
  readonly #ofAddress = new Counter();

  /**
   * Counts an attempt before its password is checked, so that many at once gain nothing.
   * @throws {Problem} too_many_requests
   */
  admit(email: string, address: string, now: number = performance.now()): void {
    this.#ofAccountHere.add(`${email} ${address}`, 10, now);
    this.#ofAccount.add(email, 100, now);
    this.#ofAddress.add(address, 200, now);
  }

  /** The password was right: what was tried before on this account is forgiven. */
  forgive(email: string, address: string): void {
    this.#ofAccountHere.forget(`${email} ${address}`);
    this.#ofAccount.forget(email);
    // Not all of it: an account of one's own would then open all others to guessing.
    this.#ofAddress.takeBack(address);
  }
}

/** Sign-ups for addresses that have an account tell who has one, so nobody may ask for many. */
export class SignUpGuard {
  readonly #taken = new Counter();

  /** @throws {Problem} too_many_requests */
  admit(address: string, now: number = performance.now()): void {
    this.#taken.add(address, 20, now);
  }

  /** The address was new, which tells nothing about anybody. */
  forgive(address: string): void {
    this.#taken.takeBack(address);
  }
}
