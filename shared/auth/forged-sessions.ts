/**
 * How often a client may come with something that looks like a session and is none. The front door lets more through by
 * address with a session than without (front-door-limits.ts), and cannot tell a forged one; here such requests get
 * what requests without a session get there. Those whose session is ours are not counted, wherever they come from.
 */
import { usualLimits } from '../http/front-door-limits.ts';

const { rate, burst } = usualLimits.generalPerAddress;

/** A token bucket for each client that has used of it. In memory; beyond `mostClients` the oldest are forgotten. */
export class ForgedSessions {
  readonly #clients = new Map<string, { left: number; at: number }>();
  readonly #mostClients: number;

  constructor(mostClients = 100_000) {
    this.#mostClients = mostClients;
  }

  /**
   * Counts one. False when the client has had too many.
   * @param client as clientAt names it
   * @param now milliseconds, by any clock that only goes forward
   */
  take(client: string, now: number = performance.now()): boolean {
    const known = this.#clients.get(client) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + ((now - known.at) * rate) / 1000);
    const granted = left >= 1;
    this.#clients.delete(client);
    this.#clients.set(client, { left: granted ? left - 1 : left, at: now });
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= this.#mostClients) break;
      this.#clients.delete(oldest);
    }
    return granted;
  }
}
