import type { DropLook } from '../shared/drops/drop-look.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import type { DropState } from '../shared/messages/realtime-events.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { AnnouncementFeed } from './announcement-feed.ts';
import type { KnownDrop } from './known-drops.ts';
import { SeatFeed, type FindSlow } from './seat-feed.ts';
import { dropRoom, membersOf, slowIn, type RealtimeServer } from './sockets.ts';

/** Milliseconds between two looks at a drop's counters, so no watcher gets more than four states a second. */
const lookMs = 250;

/**
 * Milliseconds of rest that a state costs for each who got it: ten thousand watchers get one a second. More would cost
 * them nothing but noise, and would keep buyers waiting for their outcomes, which this same process tells.
 */
const restPerWatcherMs = 0.1;

export type WatchedDropDeps = {
  io: RealtimeServer;
  db: Database;
  dropId: number;
  /** Its terms as MySQL has them, or had them when it could be asked. */
  find: () => Promise<KnownDrop>;
  look: () => Promise<DropLook>;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:state' | 'drop:seats' | 'drop:announced', count: number) => void;
  log: Log;
};

/**
 * A drop while somebody watches it: pushes its state and its announcements, and its seats to those who want them, when
 * they change.
 */
export class WatchedDrop {
  readonly seats: SeatFeed;
  readonly announcements: AnnouncementFeed;
  readonly #deps: WatchedDropDeps;
  readonly #loop: Loop;
  #latest: DropState | undefined;
  #restUntil = 0;
  #read: Promise<DropState> | undefined;
  /** Ids of the sockets that could not take the latest state when it was sent. */
  #late: ReadonlySet<string> = new Set();

  constructor(deps: WatchedDropDeps) {
    this.#deps = deps;
    this.seats = new SeatFeed(deps);
    this.announcements = new AnnouncementFeed(deps);
    this.#loop = startLoop('drop state', lookMs, deps.log, () => this.#push());
  }

  /** How the drop stands, for somebody who has just come. Those who come at the same time share one look. */
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
    await this.announcements.precede(state.announcements);
    if (performance.now() < this.#restUntil && !isNews(state, this.#latest)) return;
    await this.seats.refresh(mark);
    // Looked for once, before anything is sent: what is sent first would make everybody look slow for what comes second.
    // Not at all while nothing is to be sent, which is most of the time.
    let slow: ReadonlySet<string> | undefined;
    const findSlow = () => (slow ??= slowIn(io, dropRoom(dropId)));
    this.#pushState(state, findSlow);
    this.seats.push(findSlow);
  }

  #pushState(state: DropState, findSlow: FindSlow): void {
    const { io, dropId, onSent } = this.#deps;
    const changed = !this.#latest || !sameFigures(state, this.#latest);
    this.#latest = state;
    if (!changed && this.#late.size === 0) return;
    const watchers = membersOf(io, dropRoom(dropId));
    const due = changed ? watchers : new Set([...this.#late].filter((id) => watchers.has(id)));
    this.#restUntil = performance.now() + restPerWatcherMs * due.size;
    const late = new Set([...findSlow()].filter((id) => due.has(id)));
    this.#late = late;
    if (due.size === late.size) return;

    const receivers = changed ? dropRoom(dropId) : [...due];
    io.local
      .to(receivers)
      .except([...late])
      .emit('drop:state', state);
    onSent('drop:state', due.size - late.size);
  }
}

/** What everybody should know at once, however many they are. */
function isNews(state: DropState, before: DropState | undefined): boolean {
  return (
    state.phase !== before?.phase ||
    state.soldOut !== before.soldOut ||
    state.opensAt !== before.opensAt ||
    state.closesAt !== before.closesAt
  );
}

/** Whether two looks at a drop tell its watchers the same. */
function sameFigures(one: DropState, other: DropState): boolean {
  return (Object.keys(one) as (keyof DropState)[]).every(
    (name) => name === 'serverTime' || one[name] === other[name],
  );
}
