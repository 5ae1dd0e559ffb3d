/** The actions of one buyer: sends requests, and follows the entry's state by socket or by polling. */
import { clearTimeout, setTimeout } from 'k6/timers';
import type { EntryState } from '../../shared/contract/entries.ts';
import { ask, type Answer, type Method } from './http.ts';
import { pause } from './pause.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import type { BuyerRecord } from './plain/rules.ts';
import { dropId } from './settings.ts';
import { connectSocket, type BuyerSocket } from './socket.ts';

/** Maximum tries of a request whose answer allows a retry. */
const maxTries = 10;
const retryStatuses = new Set([0, 425, 429, 502, 503, 504]);

export type ShopperOptions = {
  /** Poll interval of a buyer without a socket. */
  pollMs: number;
  /** Time without an event after which a buyer with a socket polls too. */
  quietMs: number;
  /** Called with each answer after which the request is retried. */
  onRetry: (name: string, answer: Answer) => void;
};

export class Shopper {
  readonly #buyer: TestBuyer;
  readonly #record: BuyerRecord;
  readonly #options: ShopperOptions;
  #socket: BuyerSocket | undefined;
  #changed: (() => void) | undefined;

  constructor(buyer: TestBuyer, record: BuyerRecord, options: ShopperOptions) {
    this.#buyer = buyer;
    this.#record = record;
    this.#options = options;
  }

  get state(): EntryState | undefined {
    return this.#record.last;
  }

  /** Connects a socket that watches the drop. Rejects if that fails. */
  async watch(): Promise<void> {
    this.#socket = await connectSocket(this.#buyer, {
      onEvent: (_event, payload) => {
        const event = payload as { dropId: number; entry?: EntryState };
        if (event.dropId === dropId && event.entry) this.#add(event.entry);
      },
      // Falls back to polling.
      onLost: () => (this.#socket = undefined),
    });
    const answer = (await this.#socket.emitWithAck('drop:watch', { dropId })) as {
      ok: boolean;
      code?: string;
      entry: EntryState;
    };
    if (!answer.ok) throw new Error(`drop:watch was answered ${answer.code}`);
    if (answer.entry.status !== 'none') this.#add(answer.entry);
  }

  leavePage(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Sends a request, and retries while the answer allows it or a payment is in progress. */
  async send(method: Method, path: string, name: string, body?: unknown): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await ask(this.#buyer, method, path, name, body);
      const isToBeRepeated =
        (retryStatuses.has(answer.status) && answer.code !== 'hold_lapsed') ||
        answer.code === 'payment_under_way';
      if (!isToBeRepeated || tries === maxTries) return answer;
      this.#options.onRetry(name, answer);
      await pause((answer.retryAfter ?? 1) * 1000 + Math.random() * 500);
    }
  }

  /** Reads the entry's state by HTTP; undefined if that fails. */
  async poll(): Promise<EntryState | undefined> {
    const answer = await this.send('GET', `/api/drops/${dropId}/entry`, 'own entry');
    return answer.status === 200 ? (answer.body as EntryState) : undefined;
  }

  /** Waits until `condition` is true for the state, by socket or by polling. Returns false after `ms`. */
  async until(condition: (state: EntryState | undefined) => boolean, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!condition(this.state)) {
      const remainingMs = deadline - Date.now();
      const pollMs = this.#socket ? this.#options.quietMs : this.#options.pollMs;
      const hasChanged = remainingMs > 0 && (await this.#wait(Math.min(remainingMs, pollMs)));
      if (hasChanged) continue;
      const polled = await this.poll();
      // Before the outcome, HTTP answers `none`.
      if (polled && (polled.status !== 'none' || this.state !== undefined)) this.#add(polled);
      if (remainingMs <= 0) return condition(this.state);
    }
    return true;
  }

  /** Adds the state that follows from the answer to this buyer's request; checkout's answer has no version. */
  addAnswer(entry: Omit<EntryState, 'version'> & { version?: number }): void {
    this.#add({ ...entry, version: entry.version ?? (this.state?.version ?? 0) + 1 });
  }

  #add(entry: EntryState): void {
    if (this.#record.add(entry)) this.#changed?.();
  }

  /** Waits for a new state; false if none came within `ms`. */
  #wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#changed = undefined;
        resolve(false);
      }, ms);
      this.#changed = () => {
        this.#changed = undefined;
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
