import { Attempts } from './attempts.ts';

/** Failed attempts in five minutes that need no proof of work. */
const freeAttempts = { ofAccountHere: 10, ofAccount: 100, ofClient: 200, ofDevice: 10 };
/** A proof of this weight takes a phone half a minute. */
const maxWeight = 64;

export type SignInAttempt = {
  email: string;
  /** The client, by address (shared/http/client-address.ts). */
  client: string;
  /** Set if this account has signed in on this device before (device-cookie.ts). */
  device?: string | undefined;
};

/**
 * Counts failed sign-ins. A device known to the account is counted by itself, so that nothing others do affects it.
 * Unknown devices are counted by account and address, by account, and by address. No attempt is refused because of a
 * count, since an attacker who fills the count could lock others out. Instead, further attempts need a proof of work,
 * which gets heavier with their number.
 */
export class SignInGuard {
  readonly #ofAccountHere = new Attempts();
  readonly #ofAccount = new Attempts();
  readonly #ofClient = new Attempts();
  readonly #ofDevice = new Attempts();

  /** Weight of the proof of work that this attempt needs; 0 if it needs none. */
  weight(attempt: SignInAttempt, now: number = performance.now()): number {
    return Math.max(
      ...this.#counters(attempt).map(([attempts, key, kind]) =>
        weightOf(attempts.count(key, now), freeAttempts[kind]),
      ),
    );
  }

  /** Counts an attempt. Call it before the password is checked, so that many parallel attempts gain nothing. */
  add(attempt: SignInAttempt, now: number = performance.now()): void {
    for (const [attempts, key] of this.#counters(attempt)) attempts.add(key, now);
  }

  /** Call it after a correct password: forgives what this client or device has tried on this account. */
  forgive(attempt: SignInAttempt): void {
    for (const [attempts, key, kind] of this.#counters(attempt)) {
      if (kind === 'ofDevice' || kind === 'ofAccountHere') attempts.forget(key);
      // Other people's attempts, and attempts on other accounts, stay counted: otherwise an attacker could reset
      // those counts by signing in to an account of their own.
      else attempts.takeBack(key);
    }
  }

  #counters({ email, client, device }: SignInAttempt): [Attempts, string, keyof typeof freeAttempts][] {
    if (device !== undefined) return [[this.#ofDevice, `${email} ${device}`, 'ofDevice']];
    return [
      [this.#ofAccountHere, `${email} ${client}`, 'ofAccountHere'],
      [this.#ofAccount, email, 'ofAccount'],
      [this.#ofClient, client, 'ofClient'],
    ];
  }
}

/** Doubles each time half of `freeCount` was tried beyond it. */
function weightOf(count: number, freeCount: number): number {
  if (count < freeCount) return 0;
  return Math.min(maxWeight, 2 ** Math.floor((count - freeCount) / (freeCount / 2)));
}
