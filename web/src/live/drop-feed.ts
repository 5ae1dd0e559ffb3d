/**
 * The state of a drop and of one buyer's entry in it, kept up to date by the socket, or by polling every few
 * seconds while there is none. What the socket pushes is a hint; HTTP has the truth, and is asked whenever
 * something may have been missed: after sleep, after being offline, after a change in another tab.
 */
import { ask, pauseBefore, Refusal } from '../api/http.ts';
import { repeat, type Repeat } from '../api/repeat.ts';
import type { Announcement, Drop, DropState, Entry, SeatRows } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';
import type { AnnouncementNews, SeatNews } from '@seatdrop/shared/messages/realtime-events.ts';
import { openSocket, type LiveSocket } from './socket.ts';

export type Link = 'connecting' | 'live' | 'polling' | 'offline';

export type Feed = {
  link: Link;
  /** True until the first requests were answered, have failed or have taken longer than `firstPatience`. */
  isLoading: boolean;
  /** Undefined until first received. */
  state: DropState | undefined;
  entry: Entry | undefined;
  /** One string a row; undefined until first received. */
  rows: readonly string[] | undefined;
  /** Announcements pushed since the page was opened, oldest first. */
  announced: readonly Announcement[];
};

export const emptyFeed: Feed = {
  link: 'connecting',
  isLoading: true,
  state: undefined,
  entry: undefined,
  rows: undefined,
  announced: [],
};

/** Milliseconds. A shorter interruption is not shown. */
const graceBeforePolling = 1_500;
const pollEvery = 3_000;
/** Milliseconds. A server that does not answer must not keep a buyer from pressing Buy. */
const firstPatience = 8_000;
const resyncEvery = 30_000;
const ackPatience = 5_000;
/**
 * Milliseconds before seats are requested again that an acknowledgement left out, because the connection had
 * not yet taken earlier data.
 */
const seatsRetryMs = 3_000;

type FeedCallbacks = {
  /** `pushed`: it came by the socket, not as an answer. */
  onEntry?: (entry: Entry, pushed: boolean) => void;
  /** The terms, when polling finds that they were changed (paused, moved). */
  onTerms?: (terms: Drop) => void;
};

type Timer = ReturnType<typeof setTimeout>;

export class DropFeed {
  readonly #dropId: number;
  readonly #signedIn: boolean;
  readonly #callbacks: FeedCallbacks;
  readonly #listeners = new Set<() => void>();
  #feed = emptyFeed;
  #socket: LiveSocket | undefined;
  #watching = false;
  #failures = 0;
  /** Only while there is no live connection. */
  #polling: Repeat | undefined;
  #graceTimer: Timer | undefined;
  #firstTimer: Timer | undefined;
  #resyncTimer: Timer | undefined;
  #rewatchTimer: Timer | undefined;
  #asking: Promise<void> | undefined;
  /** Counts pushes that were news. */
  #pushes = 0;
  #stopped = true;

  constructor(dropId: number, signedIn: boolean, callbacks: FeedCallbacks = {}) {
    this.#dropId = dropId;
    this.#signedIn = signedIn;
    this.#callbacks = callbacks;
  }

  read = (): Feed => this.#feed;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#stopped = false;
    const socket = openSocket();
    this.#socket = socket;
    socket.on('connect', () => void this.#watch());
    socket.on('disconnect', () => this.#lost());
    socket.on('connect_error', () => this.#lost());
    socket.on('drop:state', (state) => this.#applyState(state));
    socket.on('drop:seats', (news) => this.#applySeats(news));
    socket.on('drop:announced', (news) => this.#applyAnnouncement(news));
    for (const event of ['entry:outcome', 'hold:promoted', 'hold:released', 'order:paid'] as const) {
      socket.on(event, ({ dropId, entry }) => {
        if (dropId !== this.#dropId) return;
        this.#hear(entry, true);
      });
    }
    socket.connect();
    this.#graceTimer = setTimeout(() => this.#beginPolling(), graceBeforePolling * 2);
    document.addEventListener('visibilitychange', this.#wake);
    window.addEventListener('online', this.#wake);
    window.addEventListener('offline', this.#wake);
    window.addEventListener('pageshow', this.#wake);
    this.#firstTimer = setTimeout(() => this.#loaded(), firstPatience);
    void Promise.all([this.askEntry(), this.#askSeats()]).then(() => this.#loaded());
  }

  stop(): void {
    this.#stopped = true;
    const timers = [this.#firstTimer, this.#graceTimer, this.#resyncTimer, this.#rewatchTimer];
    for (const timer of timers) clearTimeout(timer);
    this.#stopPolling();
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    document.removeEventListener('visibilitychange', this.#wake);
    window.removeEventListener('online', this.#wake);
    window.removeEventListener('offline', this.#wake);
    window.removeEventListener('pageshow', this.#wake);
  }

  /** Fetches the entry; one request at a time. If it fails, the last known state stays. */
  askEntry = (): Promise<void> => {
    if (!this.#signedIn) return Promise.resolve();
    this.#asking ??= this.#fetchEntry()
      .catch(() => undefined)
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  };

  /**
   * Sets the entry from the answer to the buyer's own action. The server's next message about it has its own
   * version.
   */
  setEntry(entry: Omit<Entry, 'version'> & { version?: number | undefined }): void {
    this.#learn({ ...entry, version: entry.version ?? (this.#feed.entry?.version ?? 0) + 1 }, false);
  }

  /**
   * What the socket tells. It does not tell until when the buyer can go on with a payment, so HTTP is asked for that
   * before the page shows anything of it.
   */
  #hear(entry: Entry, pushed: boolean): void {
    const known = this.#feed.entry;
    if (entry.status !== 'paying') {
      this.#learn(entry, pushed);
      return;
    }
    if (pushed) this.#pushes += 1;
    if (known?.status === 'paying' && known.version >= entry.version) return;
    void this.askEntry().then(() => {
      if ((this.#feed.entry?.version ?? 0) < entry.version) this.#learn(entry, false);
    });
  }

  #loaded(): void {
    clearTimeout(this.#firstTimer);
    if (this.#feed.isLoading && !this.#stopped) this.#set({ isLoading: false });
  }

  get pushes(): number {
    return this.#pushes;
  }

  /**
   * Answers and events can overtake each other, and news can be late: anything older than the known version
   * is ignored. `pushed`: it came by the socket, so it is news even if it says the same as before.
   */
  #learn(entry: Entry, pushed: boolean): void {
    if (this.#stopped || entry.version < (this.#feed.entry?.version ?? 0)) return;
    if (pushed) this.#pushes += 1;
    this.#set({ entry });
    this.#callbacks.onEntry?.(entry, pushed);
  }

  #set(changes: Partial<Feed>): void {
    this.#feed = { ...this.#feed, ...changes };
    for (const listener of this.#listeners) listener();
  }

  async #fetchEntry(): Promise<void> {
    const { data } = await ask<Entry>('GET', `/drops/${this.#dropId}/entry`);
    this.#learn(data, false);
  }

  async #watch(): Promise<void> {
    const socket = this.#socket;
    if (!socket || this.#stopped) return;
    const sentAt = performance.now();
    try {
      const request = { dropId: this.#dropId, seats: true };
      const answer = await socket.timeout(ackPatience).emitWithAck('drop:watch', request);
      if (this.#stopped) return;
      if (!answer.ok) {
        this.#watchLater();
        return;
      }
      clearTimeout(this.#graceTimer);
      this.#stopPolling();
      this.#failures = 0;
      this.#watching = true;
      serverClock.learn(answer.drop.serverTime, { sentAt, receivedAt: performance.now() });
      this.#set({ link: 'live', ...(answer.seats ? { rows: answer.seats } : {}) });
      this.#applyState(answer.drop);
      // Without a session the answer is always `none`, which is no news.
      if (this.#signedIn) this.#hear(answer.entry, false);
      this.#loaded();
      this.#resyncLater(answer.seats ? undefined : seatsRetryMs);
    } catch {
      // No acknowledgement in time: the connection is dead and nobody has noticed yet.
      if (!this.#stopped && socket.connected) socket.disconnect().connect();
      this.#lost();
    }
  }

  #watchLater(): void {
    this.#lost();
    clearTimeout(this.#rewatchTimer);
    this.#rewatchTimer = setTimeout(() => void this.#watch(), 2_000 + Math.random() * 2_000);
  }

  /** Watching again also reads the server's clock from the acknowledgement. */
  #resyncLater(sooner = Infinity): void {
    clearTimeout(this.#resyncTimer);
    const usual = serverClock.uncertainty() === undefined ? 1_000 : resyncEvery;
    const pause = Math.min(usual, sooner);
    this.#resyncTimer = setTimeout(() => void this.#watch(), pause * (0.8 + Math.random() * 0.4));
  }

  #lost(): void {
    if (this.#stopped) return;
    this.#watching = false;
    clearTimeout(this.#resyncTimer);
    if (this.#polling) return;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = setTimeout(() => this.#beginPolling(), graceBeforePolling);
  }

  #beginPolling(): void {
    if (this.#stopped || this.#watching || this.#polling) return;
    this.#polling = repeat((signal) => this.#poll(signal), 0);
  }

  #stopPolling(): void {
    this.#polling?.stop();
    this.#polling = undefined;
  }

  /** Resolves to the pause before the next one, in milliseconds. */
  async #poll(signal: AbortSignal): Promise<number> {
    let pause = pollEvery;
    try {
      const answer = await ask<Drop>('GET', `/drops/${this.#dropId}`, { timeout: 8_000, signal });
      if (signal.aborted) return pause;
      serverClock.learn(answer.data.serverTime, answer);
      this.#callbacks.onTerms?.(answer.data);
      await Promise.all([this.#signedIn ? this.#fetchEntry() : undefined, this.#askSeats()]);
      if (signal.aborted) return pause;
      this.#failures = 0;
      this.#set({ link: 'polling' });
    } catch (error) {
      // Stopped: the page may be gone.
      if (signal.aborted) return pause;
      this.#failures += 1;
      pause = Math.max(pollEvery, pauseBefore(this.#failures, error));
      const isDown = !(error instanceof Refusal) && (this.#failures > 1 || !navigator.onLine);
      if (isDown) this.#set({ link: 'offline' });
    }
    // A hidden tab polls less; it asks at once when it is shown again.
    if (document.hidden) pause *= 5;
    return pause * (0.85 + Math.random() * 0.3);
  }

  /** Fetches seats and the drop's state. An answer read before a push does not undo the push. */
  async #askSeats(): Promise<void> {
    try {
      const { data } = await ask<SeatRows>('GET', `/drops/${this.#dropId}/seats`);
      if (this.#stopped) return;
      const isNews = this.#applyState(data.drop);
      if (isNews || !this.#feed.rows) this.#set({ rows: data.rows });
    } catch {
      // The last known seats stay; they are requested again soon.
    }
  }

  /** False if something newer is known: answers, acknowledgements and events can overtake each other. */
  #applyState(state: DropState): boolean {
    if (state.dropId !== this.#dropId) return false;
    const known = this.#feed.state;
    if (known && Date.parse(known.serverTime) > Date.parse(state.serverTime)) return false;
    this.#set({ state });
    return true;
  }

  #applySeats({ dropId, rows }: SeatNews): void {
    if (dropId !== this.#dropId || !this.#feed.rows) return;
    const next = [...this.#feed.rows];
    for (const [index, seats] of rows) next[index] = seats;
    this.#set({ rows: next });
  }

  #applyAnnouncement({ dropId, announcement }: AnnouncementNews): void {
    const { announced } = this.#feed;
    const isKnown = announced.some(({ number }) => number === announcement.number);
    if (dropId === this.#dropId && !isKnown) this.#set({ announced: [...announced, announcement] });
  }

  /** The page was restored, is online again or is shown again: anything may have changed. */
  #wake = (event: globalThis.Event): void => {
    if (event.type === 'offline') {
      this.#set({ link: 'offline' });
      return;
    }
    if (document.hidden) return;
    serverClock.sleptOrWasSet();
    void this.askEntry();
    const socket = this.#socket;
    if (socket?.connected) void this.#watch();
    else socket?.connect();
    this.#polling?.hurry();
  };
}
