/**
 * Sends the seats of one drop to the sockets that draw them: the whole map when a socket joins, then the rows that
 * change. The changes start from the map that the socket got, so none is missed.
 */
import { membersOf, seatsRoom, type RealtimeServer, type RealtimeSocket } from './sockets.ts';

/** Milliseconds after which the map is read even if no counter changed: two opposite changes may cancel each other. */
const rereadMs = 5_000;

/** Returns the ids of the sockets that do not keep up. */
export type FindSlow = () => ReadonlySet<string>;

export type SeatFeedDeps = {
  io: RealtimeServer;
  dropId: number;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:seats', count: number) => void;
};

export class SeatFeed {
  readonly #deps: SeatFeedDeps;
  /** The map as followers have it; undefined while there are none. */
  #sentRows: string[] | undefined;
  #opening: Promise<void> | undefined;
  /** The map as read last, if it was not sent yet. */
  #newRows: string[] | undefined;
  /** The mark of the drop's counters (`DropLook`) before that read. */
  #mark: string | undefined;
  #readAt = 0;
  /** Socket id of a follower -> rows that changed while it did not keep up. */
  #missedRows = new Map<string, ReadonlySet<number>>();

  constructor(deps: SeatFeedDeps) {
    this.#deps = deps;
  }

  /** Resolves when `join` can return the map. Concurrent calls share one read. */
  open(): Promise<void> {
    if (this.#sentRows && this.#followers.size > 0) return Promise.resolve();
    this.#opening ??= this.#deps
      .readSeats()
      .then((rows) => {
        if (this.#followers.size === 0) this.#begin(rows);
      })
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Returns the map from which this socket's changes start; undefined if `open` has to be called (again). */
  join(socket: RealtimeSocket): string[] | undefined {
    if (!this.#sentRows) return undefined;
    void socket.join(seatsRoom(this.#deps.dropId));
    // It gets the whole map now.
    this.#missedRows.delete(socket.id);
    return this.#sentRows;
  }

  /** Reads the map if seats may have changed hands since it was read. */
  async refresh(mark: string): Promise<void> {
    const due = mark !== this.#mark || performance.now() - this.#readAt >= rereadMs;
    if (this.#followers.size === 0 || !due) return;
    const rows = await this.#deps.readSeats();
    this.#readAt = performance.now();
    this.#mark = mark;
    this.#newRows = rows;
  }

  /** Sends the rows that changed since the last call. */
  push(findSlow: FindSlow): void {
    const followers = this.#followers;
    const sentRows = this.#sentRows;
    const current = this.#newRows ?? sentRows;
    this.#newRows = undefined;
    if (!sentRows || !current || followers.size === 0) return;
    this.#sentRows = current;
    const changed = [...current.keys()].filter((index) => current[index] !== sentRows[index]);
    const missed = new Map([...this.#missedRows].filter(([id]) => followers.has(id)));
    this.#missedRows = new Map();
    if (changed.length === 0 && missed.size === 0) return;

    const slow = findSlow();
    const caughtUp: string[] = [];
    for (const id of new Set([...slow, ...missed.keys()])) {
      if (!followers.has(id)) continue;
      const rows = new Set([...(missed.get(id) ?? []), ...changed]);
      if (slow.has(id)) this.#missedRows.set(id, rows);
      else {
        caughtUp.push(id);
        this.#send(id, [], [...rows], current);
      }
    }
    const others = followers.size - this.#missedRows.size - caughtUp.length;
    const excluded = [...this.#missedRows.keys(), ...caughtUp];
    if (changed.length > 0 && others > 0)
      this.#send(seatsRoom(this.#deps.dropId), excluded, changed, current);
    const sent = caughtUp.length + (changed.length > 0 ? others : 0);
    if (sent > 0) this.#deps.onSent('drop:seats', sent);
  }

  #send(room: string, except: string[], indexes: readonly number[], map: readonly string[]): void {
    const { io, dropId } = this.#deps;
    const news = { dropId, rows: indexes.map((index): [number, string] => [index, map[index] ?? '']) };
    io.local.to(room).except(except).emit('drop:seats', news);
  }

  get #followers(): ReadonlySet<string> {
    return membersOf(this.#deps.io, seatsRoom(this.#deps.dropId));
  }

  /** Starts with this map; the state of earlier followers is discarded. */
  #begin(rows: string[]): void {
    this.#sentRows = rows;
    this.#newRows = undefined;
    this.#mark = undefined;
    this.#missedRows.clear();
  }
}
