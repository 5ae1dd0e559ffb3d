/** What the buyers of a run have seen so far, counted. */
export class Board {
  connected = 0;
  asked = 0;
  accepted = 0;
  /** Not accepted: the drop was sold out, or the system did not take the entry in the end. */
  turnedAway = 0;
  refused = 0;
  heldAtOnce = 0;
  standby = 0;
  soldOut = 0;
  promoted = 0;
  paid = 0;
  declined = 0;
  lapsed = 0;
  leftHold = 0;
  leftStandby = 0;
  reconnects = 0;
  /** How many first heard of their outcome by which way. */
  readonly toldBy = { socket: 0, http: 0 };
  /** Milliseconds. */
  readonly acceptedAfter: number[] = [];
  readonly toldAfter: number[] = [];
  readonly paidAfter: number[] = [];
  /** Milliseconds since 1970. */
  readonly acceptedAt: number[] = [];
  readonly toldAt: number[] = [];
  readonly #errors = new Map<string, number>();

  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  get errors(): [kind: string, count: number][] {
    return [...this.#errors].toSorted(([, a], [, b]) => b - a);
  }

  /** Text that changes whenever a buyer has come further; trying in vain is no progress. */
  get progress(): string {
    const outcomes = [this.accepted, this.turnedAway, this.refused, this.toldAfter.length, this.promoted];
    const ends = [this.paid, this.declined, this.lapsed, this.leftHold, this.leftStandby];
    return [...outcomes, ...ends].join();
  }

  /** How it goes, in one line. */
  line(): string {
    const errors = this.errors.reduce((sum, [, count]) => sum + count, 0);
    const gaveUp = this.lapsed + this.leftHold + this.leftStandby;
    return [
      `${this.connected} connected`,
      `${this.accepted} accepted`,
      `${this.turnedAway} too late`,
      `${this.heldAtOnce} held`,
      `${this.standby} standby`,
      `${this.soldOut} sold out`,
      `${this.promoted} promoted`,
      `${this.paid} paid`,
      `${gaveUp} gave up`,
      ...(this.refused > 0 ? [`${this.refused} refused`] : []),
      ...(errors > 0 ? [`${errors} errors`] : []),
    ].join(', ');
  }
}
