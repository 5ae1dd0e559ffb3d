import type { Log } from '../shared/log.ts';
import { startLoop, type Loop } from '../shared/loop.ts';
import type { DropState } from '../shared/realtime-events.ts';
import type { Client } from './clients.ts';
import { sameFigures } from './drop-state.ts';
import { encodeEvent, keepsUp, send } from './wire.ts';

/** Milliseconds between two looks at a drop's counters, so no watcher gets more than four states a second. */
const lookMs = 250;

export type WatchedDropDeps = {
  readState: () => Promise<DropState>;
  onSent: (event: 'drop:state', count: number) => void;
  log: Log;
};

/** A drop while somebody watches it: pushes `drop:state` to all of them when it changes. */
export class WatchedDrop {
  readonly watchers = new Set<Client>();
  readonly #deps: WatchedDropDeps;
  readonly #loop: Loop;
  #latest: DropState | undefined;
  #read: Promise<DropState> | undefined;
  /** Those who could not take the latest state when it was sent. */
  #late = new Set<Client>();

  constructor(deps: WatchedDropDeps) {
    this.#deps = deps;
    this.#loop = startLoop('drop state', lookMs, deps.log, () => this.#push());
  }

  leave(client: Client): void {
    this.watchers.delete(client);
    this.#late.delete(client);
  }

  /** How the drop stands, for somebody who has just come. Those who come at the same time share one look. */
  state(): Promise<DropState> {
    this.#read ??= this.#deps.readState().finally(() => (this.#read = undefined));
    return this.#read;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #push(): Promise<void> {
    const state = await this.#deps.readState();
    const changed = !this.#latest || !sameFigures(state, this.#latest);
    this.#latest = state;
    const receivers = changed ? this.watchers : this.#late;
    if (receivers.size === 0) return;

    const packet = encodeEvent('drop:state', state);
    const late = new Set<Client>();
    for (const client of receivers) {
      if (keepsUp(client)) send(client, packet);
      else late.add(client);
    }
    this.#deps.onSent('drop:state', receivers.size - late.size);
    this.#late = late;
  }
}
