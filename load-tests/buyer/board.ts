/** Counters of what has happened to the buyers of a run so far. */
export class Board {
  connected = 0;
  questionsRead = 0;
  accepted = 0;
  /** `turnedAway`: the drop was sold out; `refused`: every try failed for another reason. */
  turnedAway = 0;
  refused = 0;
  heldAtOnce = 0;
  standby = 0;
  soldOut = 0;
  promoted = 0;
  paid = 0;
  declined = 0;
  challenged = 0;
  /** Began to pay and went away. */
  abandoned = 0;
  lapsed = 0;
  leftHold = 0;
  leftStandby = 0;
  /** Orders of which seats were given back. */
  returned = 0;
  reconnects = 0;
  /** Buyers by how they first learned their outcome. */
  readonly outcomeBy = { socket: 0, http: 0 };
  /** Durations in milliseconds. */
  readonly acceptedAfter: number[] = [];
  readonly toldAfter: number[] = [];
  readonly paidAfter: number[] = [];
  /** Times in milliseconds since 1970. */
  readonly acceptedAt: number[] = [];
  readonly toldAt: number[] = [];
  readonly #errors = new Map<string, number>();

  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  get errors(): [kind: string, count: number][] {
    return [...this.#errors].toSorted(([, a], [, b]) => b - a);
  }

  /** Text that changes whenever a buyer makes progress; a failed try is no progress. */
  get progress(): string {
    const outcomes = [this.accepted, this.turnedAway, this.refused, this.toldAfter.length, this.promoted];
    const tries = [this.declined, this.challenged, this.abandoned];
    const ends = [this.paid, this.lapsed, this.leftHold, this.leftStandby, this.returned];
    return [...outcomes, ...tries, ...ends].join();
  }

  /** One line of progress. */
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
      ...(this.returned > 0 ? [`${this.returned} gave tickets back`] : []),
      ...(this.refused > 0 ? [`${this.refused} refused`] : []),
      ...(errors > 0 ? [`${errors} errors`] : []),
    ].join(', ');
  }
}
