/**
 * Ids of the mails that this process has sent or is sending. SQS redelivers only messages that were not reported as
 * done, which happens soon or not at all, so a few thousand ids are enough. See docs/decisions/021.
 */
export class SentMails {
  readonly #sending = new Map<string, Promise<void>>();
  readonly #limit: number;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** Sends the mail unless it was sent; if it is being sent, waits for that. A mail that failed can be sent again. */
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
