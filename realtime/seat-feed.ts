/**
 * The seats of one drop for those who draw them: the whole map when they come, then the rows that change. What they
 * are told first is what the changes start from, so nothing falls in between.
 */
import type { Client } from './client.ts';
import { encodeEvent, send } from './wire.ts';

/** Milliseconds after which the map is read though no counter moved: two opposite changes may leave all as they were. */
const rereadMs = 5_000;

export type SeatFeedDeps = {
  dropId: number;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:seats', count: number) => void;
};

export class SeatFeed {
  readonly #deps: SeatFeedDeps;
  readonly #followers = new Set<Client>();
  /** What followers have been told; undefined while there are none. */
  #told: string[] | undefined;
  #opening: Promise<void> | undefined;
  /** Read after the look that said `#mark`, and not told yet. */
  #present: string[] | undefined;
  #mark: string | undefined;
  #readAt = 0;
  /** Rows that changed while a follower could not take them. */
  #late = new Map<Client, Set<number>>();

  constructor(deps: SeatFeedDeps) {
    this.#deps = deps;
  }

  /** Resolves when `join` can tell the map. Those who come at the same time share one look. */
  open(): Promise<void> {
    if (this.#told) return Promise.resolve();
    this.#opening ??= this.#deps
      .readSeats()
      .then((rows) => {
        this.#told ??= rows;
      })
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** The map from which this client's changes go on; undefined when it has to be opened (again). */
  join(client: Client): string[] | undefined {
    if (!this.#told) return undefined;
    this.#followers.add(client);
    // It is told the whole map now.
    this.#late.delete(client);
    return this.#told;
  }

  leave(client: Client): void {
    this.#followers.delete(client);
    this.#late.delete(client);
    if (this.#followers.size === 0) this.#close();
  }

  /** Reads the map if seats may have changed hands since it was read. */
  async refresh(mark: string): Promise<void> {
    const due = mark !== this.#mark || performance.now() - this.#readAt >= rereadMs;
    if (this.#followers.size === 0 || !due) return;
    const rows = await this.#deps.readSeats();
    this.#readAt = performance.now();
    this.#mark = mark;
    this.#present = rows;
  }

  /** Tells what changed since the last time. */
  push(slow: ReadonlySet<Client>): void {
    const told = this.#told;
    const present = this.#present ?? told;
    this.#present = undefined;
    if (!told || !present || this.#followers.size === 0) return;
    this.#told = present;
    const changed = [...present.keys()].filter((index) => present[index] !== told[index]);
    const late = this.#late;
    this.#late = new Map();
    if (changed.length === 0 && late.size === 0) return;

    const encode = (rows: readonly number[]) =>
      encodeEvent('drop:seats', {
        dropId: this.#deps.dropId,
        rows: rows.map((index) => [index, present[index] ?? '']),
      });
    const packet = changed.length > 0 ? encode(changed) : undefined;
    let sent = 0;
    for (const client of packet ? this.#followers : late.keys()) {
      const missed = late.get(client);
      if (slow.has(client)) {
        this.#late.set(client, new Set([...(missed ?? []), ...changed]));
        continue;
      }
      const own = missed ? encode([...missed, ...changed.filter((index) => !missed.has(index))]) : packet;
      if (!own) continue;
      send(client, own);
      sent += 1;
    }
    if (sent > 0) this.#deps.onSent('drop:seats', sent);
  }

  #close(): void {
    this.#told = undefined;
    this.#present = undefined;
    this.#mark = undefined;
    this.#late.clear();
  }
}
