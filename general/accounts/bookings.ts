import { LRUCache } from 'lru-cache';

/**
 * Places reserved for refused clients, so that `Retry-After` holds: a client that comes back at that time is served.
 * Without a reservation it would compete with all other clients again, and among many it could lose every time.
 */
const maxClients = 10_000;
/** Limit per client, so that one client's bookings do not push out those of others. */
const maxPerClient = 100;
/** How long a place is kept after it is due. */
const keptMs = 60_000;
/** A client that comes this much too early is on time, since clocks and networks are inexact. */
const earlyMs = 1_000;

export class Bookings {
  readonly #clients = new LRUCache<string, Map<string, number>>({ max: maxClients });

  /** Milliseconds until the place is due; 0 if it is due; undefined if there is none. */
  msLeft(client: string, key: string, now: number): number | undefined {
    const own = this.#clients.peek(client);
    const dueAt = own?.get(key);
    if (dueAt === undefined) return undefined;
    if (now <= dueAt + keptMs) return now >= dueAt - earlyMs ? 0 : dueAt - now;
    own?.delete(key);
    return undefined;
  }

  /** Beyond the limits, the oldest bookings are forgotten. */
  book(client: string, key: string, dueAt: number): void {
    const own = this.#clients.get(client) ?? new Map<string, number>();
    this.#clients.set(client, own.set(key, dueAt));
    const [oldest] = own.keys();
    if (own.size > maxPerClient && oldest !== undefined) own.delete(oldest);
  }

  /** Uses the place, if there is one that is due. Returns whether there was. */
  take(client: string, key: string, now: number): boolean {
    return this.msLeft(client, key, now) === 0 && this.#clients.peek(client)!.delete(key);
  }
}
