import { Attempts } from './attempts.ts';

/** Attempts in five minutes, from which on another one needs a proof of work. */
const free = { ofAccountHere: 10, ofAccount: 100, ofClient: 200, ofDevice: 10 };
/** A proof of the greatest weight takes a phone half a minute. */
const maxWeight = 64;

export type SignInAttempt = {
  email: string;
  /** By address (shared/http/client-address.ts). */
  client: string;
  /** Set where this device has signed in to this account before (device-cookie.ts). */
  device?: string | undefined;
};

/**
 * Counts sign-ins that failed. A device that has signed in to the account before is counted by itself, so that nothing
 * that others do reaches it. Strangers are counted by account and address, by account, and by address. Nobody is
 * refused for a count, since whoever can fill it would lock others out: beyond it an attempt needs a proof of work,
 * which is heavier the more there were.
 */
export class SignInGuard {
  readonly #ofAccountHere = new Attempts();
  readonly #ofAccount = new Attempts();
  readonly #ofClient = new Attempts();
  readonly #ofDevice = new Attempts();

  /** The weight of the proof that this attempt needs; 0: none. */
  weight(attempt: SignInAttempt, now: number = performance.now()): number {
    return Math.max(
      ...this.#counters(attempt).map(([attempts, key, of]) => weightOf(attempts.count(key, now), free[of])),
    );
  }

  /** Counts an attempt. To be done before its password is checked, so that many at once gain nothing. */
  add(attempt: SignInAttempt, now: number = performance.now()): void {
    for (const [attempts, key] of this.#counters(attempt)) attempts.add(key, now);
  }

  /** The password was right: what this client or device has tried on this account is forgiven. */
  forgive(attempt: SignInAttempt): void {
    for (const [attempts, key, of] of this.#counters(attempt)) {
      if (of === 'ofDevice' || of === 'ofAccountHere') attempts.forget(key);
      // Not what others tried, nor what was tried on others: an account of one's own would open them to guessing.
      else attempts.takeBack(key);
    }
  }

  #counters({ email, client, device }: SignInAttempt): [Attempts, string, keyof typeof free][] {
    if (device !== undefined) return [[this.#ofDevice, `${email} ${device}`, 'ofDevice']];
    return [
      [this.#ofAccountHere, `${email} ${client}`, 'ofAccountHere'],
      [this.#ofAccount, email, 'ofAccount'],
      [this.#ofClient, client, 'ofClient'],
    ];
  }
}

/** Doubles with each half of what is free that was tried beyond it. */
function weightOf(count: number, most: number): number {
  return count < most ? 0 : Math.min(maxWeight, 2 ** Math.floor((count - most) / (most / 2)));
}
