import { lookAtDrop } from '../shared/drops/drop-look.ts';
import { readSeatRows } from '../shared/drops/seat-rows.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/tier/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { AnnouncementNews } from '../shared/messages/realtime-events.ts';
import type { FindDrop, KnownDrop } from './known-drops.ts';
import type { NewsFeed } from './news-feed.ts';
import {
  dropOfRoom,
  dropRoom,
  membersOf,
  seatsRoom,
  type RealtimeServer,
  type RealtimeSocket,
} from './sockets.ts';
import { WatchedDrop } from './watched-drop.ts';

export type WatchedDropsDeps = {
  io: RealtimeServer;
  db: Database;
  inventory: Pick<Inventory, 'counts' | 'seatMap'>;
  findDrop: FindDrop;
  feed: NewsFeed;
  onSent: (event: string, count: number) => void;
  log: Log;
};

/** The drops that sockets of this process watch. Each is followed from its first watcher until its last one leaves. */
export class WatchedDrops {
  readonly #deps: WatchedDropsDeps;
  readonly #drops = new Map<number, WatchedDrop>();
  readonly #ending = new Set<Promise<void>>();

  constructor(deps: WatchedDropsDeps) {
    this.#deps = deps;
    deps.io.sockets.adapter.on('delete-room', this.#onEmptyRoom);
  }

  get size(): number {
    return this.#drops.size;
  }

  get watchers(): number {
    return this.counts().reduce((sum, [, count]) => sum + count, 0);
  }

  /** The number of sockets of this process that watch each drop. */
  counts(): [dropId: number, count: number][] {
    const { io } = this.#deps;
    return [...this.#drops.keys()].map((dropId) => [dropId, membersOf(io, dropRoom(dropId)).size]);
  }

  /** Another process has found an announcement in MySQL. */
  announced({ dropId, announcement }: AnnouncementNews): void {
    this.#drops.get(dropId)?.announcements.tell(announcement);
  }

  /**
   * Subscribes a connected socket to the drop's events. Resolves when it misses no further event, so that a state read
   * after that, together with the events, is complete.
   */
  async join(socket: RealtimeSocket, drop: KnownDrop): Promise<WatchedDrop> {
    const { io, db, inventory, findDrop, feed, onSent, log } = this.#deps;
    let watched = this.#drops.get(drop.id);
    if (!watched) {
      // Terms are read each time, so that a pause, a new closing time or a cancellation reaches watchers like any
      // change.
      const find = async () => (await findDrop(drop.id).catch(() => drop)) ?? drop;
      watched = new WatchedDrop({
        io,
        db,
        dropId: drop.id,
        find,
        look: async () => lookAtDrop(await find(), inventory),
        readSeats: () => readSeatRows(drop, { db, inventory }),
        onSent,
        log,
      });
      this.#drops.set(drop.id, watched);
    }
    void socket.join(dropRoom(drop.id));
    await feed.subscribe(drop.id);
    return watched;
  }

  leave(socket: RealtimeSocket, dropId: number): void {
    for (const room of [seatsRoom(dropId), dropRoom(dropId)]) void socket.leave(room);
  }

  async stop(): Promise<void> {
    this.#deps.io.sockets.adapter.off('delete-room', this.#onEmptyRoom);
    for (const watched of this.#drops.values()) this.#end(watched);
    this.#drops.clear();
    await Promise.all(this.#ending);
  }

  /** A room is deleted when its last socket leaves or disconnects; so this notices that a drop has no watcher left. */
  readonly #onEmptyRoom = (room: string): void => {
    const dropId = dropOfRoom(room);
    const watched = dropId === undefined ? undefined : this.#drops.get(dropId);
    if (dropId === undefined || !watched) return;
    this.#drops.delete(dropId);
    this.#deps.feed.unsubscribe(dropId);
    this.#end(watched);
  };

  #end(watched: WatchedDrop): void {
    const ended = watched.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
