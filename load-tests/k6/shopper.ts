/** One buyer who acts: enters, hears what becomes of it by socket or by asking, pays or leaves. */
import { clearTimeout, setTimeout } from 'k6/timers';
import type { EntryState } from '../../shared/contract/entries.ts';
import { ask, type Answer, type Method } from './http.ts';
import { pause } from './pause.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import type { BuyerRecord } from './plain/rules.ts';
import { dropId } from './settings.ts';
import { connectSocket, type BuyerSocket } from './socket.ts';

/** Times a request is tried while the answer is to come again. */
const mostTries = 10;
const comeAgain = new Set([0, 425, 429, 502, 503, 504]);

export type ShopperOptions = {
  /** Milliseconds between two questions of one who has no socket. */
  pollMs: number;
  /** Milliseconds after which one with a socket asks all the same. */
  quietMs: number;
  /** An answer after which the same is sent again. */
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

  /** A socket that watches the drop. Rejects when there is none to be had. */
  async watch(): Promise<void> {
    this.#socket = await connectSocket(this.#buyer, {
      onEvent: (_event, payload) => {
        const { dropId: of, entry } = payload as { dropId: number; entry?: EntryState };
        if (of === dropId && entry) this.#hear(entry);
      },
      // From here on it is by asking.
      onLost: () => (this.#socket = undefined),
    });
    const answer = (await this.#socket.emitWithAck('drop:watch', { dropId })) as {
      ok: boolean;
      code?: string;
      entry: EntryState;
    };
    if (!answer.ok) throw new Error(`drop:watch was answered ${answer.code}`);
    if (answer.entry.status !== 'none') this.#hear(answer.entry);
  }

  leavePage(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Sends a request, again while the answer is to come again, or that a payment is under way. */
  async send(method: Method, path: string, name: string, body?: unknown): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await ask(this.#buyer, method, path, name, body);
      const isToBeRepeated =
        (comeAgain.has(answer.status) && answer.code !== 'hold_lapsed') ||
        answer.code === 'payment_under_way';
      if (!isToBeRepeated || tries === mostTries) return answer;
      this.#options.onRetry(name, answer);
      await pause((answer.retryAfter ?? 1) * 1000 + Math.random() * 500);
    }
  }

  /** Asks how the entry stands. */
  async look(): Promise<EntryState | undefined> {
    const answer = await this.send('GET', `/api/drops/${dropId}/entry`, 'own entry');
    return answer.status === 200 ? (answer.body as EntryState) : undefined;
  }

  /** Waits until `holds` of the state, told by socket or asked for. False: not in time. */
  async until(holds: (state: EntryState | undefined) => boolean, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!holds(this.state)) {
      const left = deadline - Date.now();
      const pollMs = this.#socket ? this.#options.quietMs : this.#options.pollMs;
      const wasTold = left > 0 && (await this.#wait(Math.min(left, pollMs)));
      if (wasTold) continue;
      const seen = await this.look();
      // Before there is an outcome, HTTP says that there is nothing.
      if (seen && (seen.status !== 'none' || this.state !== undefined)) this.#hear(seen);
      if (left <= 0) return holds(this.state);
    }
    return true;
  }

  /** What this buyer did has been answered with how things stand now; checkout says so without a version. */
  answered(entry: Omit<EntryState, 'version'> & { version?: number }): void {
    this.#hear({ ...entry, version: entry.version ?? (this.state?.version ?? 0) + 1 });
  }

  #hear(entry: EntryState): void {
    if (this.#record.hear(entry)) this.#changed?.();
  }

  /** True: something was heard before the time was over. */
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
