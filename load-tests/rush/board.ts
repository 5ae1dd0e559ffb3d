/** What the buyers of a run have seen so far, counted. */
export class Board {
  connected = 0;
  asked = 0;
  accepted = 0;
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
}
