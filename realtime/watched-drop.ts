import type { DropLook } from '../shared/drops/drop-look.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import type { DropState } from '../shared/messages/realtime-events.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { AnnouncementFeed } from './announcement-feed.ts';
import type { KnownDrop } from './known-drops.ts';
import { SeatFeed, type FindSlow } from './seat-feed.ts';
import { dropRoom, membersOf, slowIn, type RealtimeServer } from './sockets.ts';

/** Milliseconds between two reads of a drop's counters, so that no watcher gets more than four states a second. */
const lookMs = 250;

/**
 * Milliseconds of pause after a state for each watcher who got it: ten thousand watchers get one state a second. Nobody
 * reads more than that, and more would delay the outcomes that this same process sends to buyers.
 */
const restPerWatcherMs = 0.1;

export type WatchedDropDeps = {
  io: RealtimeServer;
  db: Database;
  dropId: number;
  /** Reads the drop's terms from MySQL; while it is away, the last known terms. */
  find: () => Promise<KnownDrop>;
  look: () => Promise<DropLook>;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:state' | 'drop:seats' | 'drop:announced', count: number) => void;
  log: Log;
};

/**
 * A drop that at least one socket watches. Sends its state and announcements to all watchers, and its seats to those
 * who asked for them, whenever they change.
 */
export class WatchedDrop {
  readonly seats: SeatFeed;
  readonly announcements: AnnouncementFeed;
  readonly #deps: WatchedDropDeps;
  readonly #loop: Loop;
  #latest: DropState | undefined;
  #restUntil = 0;
  #read: Promise<DropState> | undefined;
  /** Ids of the sockets that did not keep up when the latest state was sent, and so did not get it. */
  #outdated: ReadonlySet<string> = new Set();

  constructor(deps: WatchedDropDeps) {
    this.#deps = deps;
    this.seats = new SeatFeed(deps);
    this.announcements = new AnnouncementFeed(deps);
    this.#loop = startLoop('drop state', lookMs, deps.log, () => this.#push());
  }

  /** Reads the drop's state for a new watcher. Concurrent calls share one read. */
  state(): Promise<DropState> {
    this.#read ??= this.#deps
      .look()
      .then(({ state }) => state)
      .finally(() => (this.#read = undefined));
    return this.#read;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(), this.announcements.stop()]);
  }

  async #push(): Promise<void> {
    const { io, dropId, look } = this.#deps;
    const { state, mark } = await look();
    await this.announcements.sendUpTo(state.announcements);
    if (performance.now() < this.#restUntil && !isNews(state, this.#latest)) return;
    await this.seats.refresh(mark);
    // Slow sockets are found once, before anything is sent: after the first message every socket would look slow for
    // the second. Usually nothing is to be sent, and then they are not looked for at all.
    let slow: ReadonlySet<string> | undefined;
    const findSlow = () => (slow ??= slowIn(io, dropRoom(dropId)));
    this.#pushState(state, findSlow);
    this.seats.push(findSlow);
  }

  #pushState(state: DropState, findSlow: FindSlow): void {
    const { io, dropId, onSent } = this.#deps;
    const changed = !this.#latest || !sameFigures(state, this.#latest);
    this.#latest = state;
    if (!changed && this.#outdated.size === 0) return;
    const watchers = membersOf(io, dropRoom(dropId));
    const due = changed ? watchers : new Set([...this.#outdated].filter((id) => watchers.has(id)));
    this.#restUntil = performance.now() + restPerWatcherMs * due.size;
    const slowSockets = new Set([...findSlow()].filter((id) => due.has(id)));
    this.#outdated = slowSockets;
    if (due.size === slowSockets.size) return;

    const receivers = changed ? dropRoom(dropId) : [...due];
    io.local
      .to(receivers)
      .except([...slowSockets])
      .emit('drop:state', state);
    onSent('drop:state', due.size - slowSockets.size);
  }
}

/** Whether all watchers should get this state at once, without the pause. */
function isNews(state: DropState, before: DropState | undefined): boolean {
  return (
    state.phase !== before?.phase ||
    state.soldOut !== before.soldOut ||
    state.opensAt !== before.opensAt ||
    state.closesAt !== before.closesAt ||
    state.termsVersion !== before.termsVersion
  );
}

/** Whether two states are the same except for their time. */
function sameFigures(one: DropState, other: DropState): boolean {
  return (Object.keys(one) as (keyof DropState)[]).every(
    (name) => name === 'serverTime' || one[name] === other[name],
  );
}
