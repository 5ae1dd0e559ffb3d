/**
 * Makes `Retry-After` true: whoever is refused now and told when to come back has a place then. Without it they would
 * compete with everybody else again, and with many competitors lose each time.
 */
const maxClients = 10_000;
/** Of one client, so that nobody's bookings push out those of others. */
const maxOfClient = 100;
/** Milliseconds for which a place is kept after it is due. */
const keptMs = 60_000;
/** Clocks and networks are not exact: so much early is on time. */
const earlyMs = 1_000;

export class Bookings {
  readonly #of = new Map<string, Map<string, number>>();

  /** Milliseconds until the place is due; 0 once it is, undefined if there is none. */
  msLeft(client: string, key: string, now: number): number | undefined {
    const own = this.#of.get(client);
    const dueAt = own?.get(key);
    if (dueAt === undefined) return undefined;
    if (now <= dueAt + keptMs) return now >= dueAt - earlyMs ? 0 : dueAt - now;
    own?.delete(key);
    return undefined;
  }

  /** Beyond the limits the oldest are forgotten. */
  book(client: string, key: string, dueAt: number): void {
    const own = this.#of.get(client) ?? new Map<string, number>();
    this.#of.delete(client);
    this.#of.set(client, own.set(key, dueAt));
    dropOldest(own, maxOfClient);
    dropOldest(this.#of, maxClients);
  }

  /** Takes up the place, if there is one that is due. */
  take(client: string, key: string, now: number): boolean {
    return this.msLeft(client, key, now) === 0 && this.#of.get(client)!.delete(key);
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
