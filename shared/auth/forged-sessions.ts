/**
 * Limits how often a client may send a forged session. The front door allows more requests per address with a session
 * than without one (front-door-limits.ts), but cannot recognize a forged session. Here requests with a forged session
 * get the limit that the front door applies to requests without a session. Requests with a valid session are not
 * counted.
 */
import { LRUCache } from 'lru-cache';
import { usualLimits } from '../http/front-door-limits.ts';

const { rate, burst } = usualLimits.generalPerAddress;

/** One token bucket per client. In memory; beyond `maxClients`, those used least recently are forgotten. */
export class ForgedSessions {
  readonly #clients: LRUCache<string, { left: number; at: number }>;

  constructor(maxClients = 100_000) {
    this.#clients = new LRUCache({ max: maxClients });
  }

  /**
   * Counts one request. Returns false if the client has sent too many.
   * @param client as named by clientAt
   * @param now milliseconds, by any clock that only goes forward
   */
  take(client: string, now: number = performance.now()): boolean {
    const known = this.#clients.get(client) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + ((now - known.at) * rate) / 1000);
    const granted = left >= 1;
    this.#clients.set(client, { left: granted ? left - 1 : left, at: now });
    return granted;
  }
}
