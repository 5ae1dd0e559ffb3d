/**
 * The seats of one drop for those who draw them: the whole map when they come, then the rows that change. What they
 * are told first is what the changes start from, so nothing falls in between.
 */
import { membersOf, seatsRoom, type RealtimeServer, type RealtimeSocket } from './sockets.ts';

/** Milliseconds after which the map is read though no counter moved: two opposite changes may leave all as they were. */
const rereadMs = 5_000;

/** Ids of the sockets that cannot take more now. */
export type FindSlow = () => ReadonlySet<string>;

export type SeatFeedDeps = {
  io: RealtimeServer;
  dropId: number;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:seats', count: number) => void;
};

export class SeatFeed {
  readonly #deps: SeatFeedDeps;
  /** What followers have been told; undefined while there are none. */
  #told: string[] | undefined;
  #opening: Promise<void> | undefined;
  /** Read after the look that said `#mark`, and not told yet. */
  #present: string[] | undefined;
  #mark: string | undefined;
  #readAt = 0;
  /** By the id of a follower's socket: rows that changed while it could not take them. */
  #late = new Map<string, ReadonlySet<number>>();

  constructor(deps: SeatFeedDeps) {
    this.#deps = deps;
  }

  /** Resolves when `join` can tell the map. Those who come at the same time share one look. */
  open(): Promise<void> {
    if (this.#told && this.#followers.size > 0) return Promise.resolve();
    this.#opening ??= this.#deps
      .readSeats()
      .then((rows) => {
        if (this.#followers.size === 0) this.#begin(rows);
      })
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** The map from which this socket's changes go on; undefined when it has to be opened (again). */
  join(socket: RealtimeSocket): string[] | undefined {
    if (!this.#told) return undefined;
    void socket.join(seatsRoom(this.#deps.dropId));
    // It is told the whole map now.
    this.#late.delete(socket.id);
    return this.#told;
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
  push(findSlow: FindSlow): void {
    const followers = this.#followers;
    const told = this.#told;
    const present = this.#present ?? told;
    this.#present = undefined;
    if (!told || !present || followers.size === 0) return;
    this.#told = present;
    const changed = [...present.keys()].filter((index) => present[index] !== told[index]);
    const missed = new Map([...this.#late].filter(([id]) => followers.has(id)));
    this.#late = new Map();
    if (changed.length === 0 && missed.size === 0) return;

    const slow = findSlow();
    const caughtUp: string[] = [];
    for (const id of new Set([...slow, ...missed.keys()])) {
      if (!followers.has(id)) continue;
      const rows = new Set([...(missed.get(id) ?? []), ...changed]);
      if (slow.has(id)) this.#late.set(id, rows);
      else {
        caughtUp.push(id);
        this.#tell(id, [], [...rows], present);
      }
    }
    const others = followers.size - this.#late.size - caughtUp.length;
    const apart = [...this.#late.keys(), ...caughtUp];
    if (changed.length > 0 && others > 0) this.#tell(seatsRoom(this.#deps.dropId), apart, changed, present);
    const sent = caughtUp.length + (changed.length > 0 ? others : 0);
    if (sent > 0) this.#deps.onSent('drop:seats', sent);
  }

  #tell(room: string, except: string[], rows: readonly number[], present: readonly string[]): void {
    const { io, dropId } = this.#deps;
    const news = { dropId, rows: rows.map((index): [number, string] => [index, present[index] ?? '']) };
    io.local.to(room).except(except).emit('drop:seats', news);
  }

  get #followers(): ReadonlySet<string> {
    return membersOf(this.#deps.io, seatsRoom(this.#deps.dropId));
  }

  /** From here on changes are told; what was known of earlier followers is forgotten. */
  #begin(rows: string[]): void {
    this.#told = rows;
    this.#present = undefined;
    this.#mark = undefined;
    this.#late.clear();
  }
}
