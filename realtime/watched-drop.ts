import type { DropLook } from '../shared/drops/drop-look.ts';
import type { Log } from '../shared/log.ts';
import { startLoop, type Loop } from '../shared/loop.ts';
import type { DropState } from '../shared/realtime-events.ts';
import type { Client } from './client.ts';
import { sameFigures } from './same-figures.ts';
import { SeatFeed } from './seat-feed.ts';
import { encodeEvent, keepsUp, send } from './wire.ts';

/** Milliseconds between two looks at a drop's counters, so no watcher gets more than four states a second. */
const lookMs = 250;

/**
 * Milliseconds of rest that a state costs for each who got it: ten thousand watchers get one a second. More would cost
 * them nothing but noise, and would keep buyers waiting for their outcomes, which this same process tells.
 */
const restPerWatcherMs = 0.1;

export type WatchedDropDeps = {
  dropId: number;
  look: () => Promise<DropLook>;
  readSeats: () => Promise<string[]>;
  onSent: (event: 'drop:state' | 'drop:seats', count: number) => void;
  log: Log;
};

/** A drop while somebody watches it: pushes its state, and its seats to those who want them, when they change. */
export class WatchedDrop {
  readonly watchers = new Set<Client>();
  readonly seats: SeatFeed;
  readonly #deps: WatchedDropDeps;
  readonly #loop: Loop;
  #latest: DropState | undefined;
  #restUntil = 0;
  #read: Promise<DropState> | undefined;
  /** Those who could not take the latest state when it was sent. */
  #late = new Set<Client>();

  constructor(deps: WatchedDropDeps) {
    this.#deps = deps;
    this.seats = new SeatFeed(deps);
    this.#loop = startLoop('drop state', lookMs, deps.log, () => this.#push());
  }

  leave(client: Client): void {
    this.watchers.delete(client);
    this.#late.delete(client);
    this.seats.leave(client);
  }

  /** How the drop stands, for somebody who has just come. Those who come at the same time share one look. */
  state(): Promise<DropState> {
    this.#read ??= this.#deps
      .look()
      .then(({ state }) => state)
      .finally(() => (this.#read = undefined));
    return this.#read;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #push(): Promise<void> {
    const { state, mark } = await this.#deps.look();
    if (performance.now() < this.#restUntil && !isNews(state, this.#latest)) return;
    await this.seats.refresh(mark);
    // Before anything is sent: what is sent first would make everybody look slow for what comes second.
    const slow = new Set([...this.watchers].filter((client) => !keepsUp(client)));
    this.#pushState(state, slow);
    this.seats.push(slow);
  }

  #pushState(state: DropState, slow: ReadonlySet<Client>): void {
    const changed = !this.#latest || !sameFigures(state, this.#latest);
    this.#latest = state;
    const receivers = changed ? this.watchers : this.#late;
    this.#restUntil = performance.now() + restPerWatcherMs * receivers.size;
    if (receivers.size === 0) return;

    const packet = encodeEvent('drop:state', state);
    const late = new Set<Client>();
    for (const client of receivers) {
      if (slow.has(client)) late.add(client);
      else send(client, packet);
    }
    this.#deps.onSent('drop:state', receivers.size - late.size);
    this.#late = late;
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
