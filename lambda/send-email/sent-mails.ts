/**
 * The ids of mails that this process has sent, or is sending. SQS delivers again what it delivered long ago only where
 * nobody said that it was done, so a few thousand are enough. See docs/decisions/021.
 */
export class SentMails {
  readonly #sending = new Map<string, Promise<void>>();
  readonly #limit: number;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** Sends unless that has happened or is under way, which it then waits for. What fails may be tried again. */
  once(id: string, send: () => Promise<void>): Promise<void> {
    const known = this.#sending.get(id);
    if (known) return known;
    const sending = send();
    this.#sending.set(id, sending);
    sending.catch(() => this.#sending.delete(id));
    if (this.#sending.size > this.#limit) {
      const [oldest = ''] = this.#sending.keys();
      this.#sending.delete(oldest);
    }
    return sending;
  }
}
