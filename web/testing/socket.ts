/**
 * Replaces live/socket.ts by a socket whose server is the test: `jest.mock('../live/socket.ts', () =>
 * jest.requireActual('../../testing/socket.ts'))`.
 */
import type { WatchAnswer } from '@seatdrop/shared/messages/realtime-events.ts';

type Listener = (...values: never[]) => void;

export class TestSocket {
  connected = false;
  /** Callbacks of `drop:watch` that were not answered yet. */
  readonly watches: ((answer: WatchAnswer) => void)[] = [];
  readonly #listeners = new Map<string, Set<Listener>>();

  on(event: string, listener: Listener): this {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
    return this;
  }

  removeAllListeners(): this {
    this.#listeners.clear();
    return this;
  }

  /** Does nothing: the test opens the connection with `open`. */
  connect(): this {
    return this;
  }

  disconnect(): this {
    this.connected = false;
    return this;
  }

  timeout() {
    return {
      emitWithAck: (): Promise<WatchAnswer> => new Promise((resolve) => this.watches.push(resolve)),
    };
  }

  // What the server does.

  open(): void {
    this.connected = true;
    this.push('connect');
  }

  drop(): void {
    this.connected = false;
    this.push('disconnect');
  }

  push(event: string, ...values: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (...all: unknown[]) => void)(...values);
  }
}

/** All sockets that were opened, the latest last. */
export const sockets: TestSocket[] = [];

export function openSocket(): TestSocket {
  const socket = new TestSocket();
  sockets.push(socket);
  return socket;
}
