import { lookAtDrop } from '../shared/drops/drop-look.ts';
import { readSeatRows } from '../shared/drops/seat-rows.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Client } from './client.ts';
import type { FindDrop, KnownDrop } from './known-drops.ts';
import type { NewsFeed } from './news-feed.ts';
import { WatchedDrop } from './watched-drop.ts';

export type WatchedDropsDeps = {
  db: Database;
  inventory: Pick<Inventory, 'counts' | 'seatMap'>;
  findDrop: FindDrop;
  feed: NewsFeed;
  onSent: (event: string, count: number) => void;
  log: Log;
};

/** The drops that sockets of this process watch. Each is followed from its first watcher to its last one. */
export class WatchedDrops {
  readonly #deps: WatchedDropsDeps;
  readonly #drops = new Map<number, WatchedDrop>();
  readonly #ending = new Set<Promise<void>>();

  constructor(deps: WatchedDropsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#drops.size;
  }

  get watchers(): number {
    return [...this.#drops.values()].reduce((sum, { watchers }) => sum + watchers.size, 0);
  }

  watchersOf(dropId: number): Iterable<Client> {
    return this.#drops.get(dropId)?.watchers ?? [];
  }

  /** Resolves when the client misses nothing of the drop any more: what is read after that is the present state. */
  async join(client: Client, drop: KnownDrop): Promise<WatchedDrop> {
    const { db, inventory, findDrop, feed, onSent, log } = this.#deps;
    let watched = this.#drops.get(drop.id);
    if (!watched) {
      watched = new WatchedDrop({
        dropId: drop.id,
        // A pause, another closing time and a cancellation reach watchers like any change.
        look: async () => lookAtDrop((await findDrop(drop.id).catch(() => drop)) ?? drop, inventory),
        readSeats: () => readSeatRows(drop, { db, inventory }),
        onSent,
        log,
      });
      this.#drops.set(drop.id, watched);
    }
    watched.watchers.add(client);
    if (!client.watchedDrops.includes(drop.id)) client.watchedDrops = [...client.watchedDrops, drop.id];
    await feed.subscribe(drop.id);
    return watched;
  }

  leave(client: Client, dropId: number): void {
    client.watchedDrops = client.watchedDrops.filter((each) => each !== dropId);
    const watched = this.#drops.get(dropId);
    watched?.leave(client);
    if (!watched || watched.watchers.size > 0) return;
    this.#drops.delete(dropId);
    this.#deps.feed.unsubscribe(dropId);
    this.#end(watched);
  }

  leaveAll(client: Client): void {
    for (const dropId of client.watchedDrops) this.leave(client, dropId);
  }

  async stop(): Promise<void> {
    for (const watched of this.#drops.values()) this.#end(watched);
    this.#drops.clear();
    await Promise.all(this.#ending);
  }

  #end(watched: WatchedDrop): void {
    const ended = watched.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
