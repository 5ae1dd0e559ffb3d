import type { LedgerRecord } from '../../shared/ledger/record.ts';

const zeroCounts = { entries: 0, held: 0, standby: 0, soldOut: 0, promoted: 0, paid: 0, lapsed: 0 };

/** Counts of one minute: entries and buyers, except `seatsPaid`. */
export type Minute = typeof zeroCounts & { seatsPaid: number };

const minuteMs = 60_000;

/** Totals of a drop, added up from its ledger records in the order of time. */
export class DropTally {
  readonly totals = {
    ...zeroCounts,
    duplicates: 0,
    givenBack: 0,
    declined: 0,
    cancelled: 0,
    refunded: 0,
    seatsSold: 0,
    seatsWithheld: 0,
  };
  /** Counts by start of the minute, in milliseconds since 1970. */
  readonly minutes = new Map<number, Minute>();
  /** First time at which no seat was free, and at which every seat was paid; milliseconds since 1970. */
  soldOutAt: number | undefined;
  allPaidAt: number | undefined;
  readonly #capacity: number;
  #free = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(record: LedgerRecord): void {
    const { totals } = this;
    switch (record.kind) {
      case 'stock':
        this.#free += record.count;
        return;
      case 'claim':
        this.#addClaim(record);
        break;
      case 'promote':
        this.#count(record.at, 'promoted');
        this.#free -= record.seats.length;
        break;
      case 'retake':
      case 'lend':
        this.#free -= record.seats.length;
        break;
      case 'borrow':
        this.#free += record.seats.length;
        break;
      case 'release':
        this.#free += record.seats.length;
        if (record.reason === 'expired') this.#count(record.at, 'lapsed');
        else if (record.reason === 'given_back') totals.givenBack += 1;
        else if (record.reason === 'declined') totals.declined += 1;
        else if (record.reason === 'cancelled') totals.cancelled += 1;
        return;
      case 'sold':
        this.#count(record.at, 'paid');
        this.#minute(record.at).seatsPaid += record.seats.length;
        totals.seatsSold += record.seats.length;
        if (totals.seatsSold >= this.#capacity) this.allPaidAt ??= record.at;
        return;
      case 'refund':
        // Each order counts once, when its last seat is refunded.
        if (record.left === 0) totals.refunded += 1;
        totals.seatsSold -= record.seats.length - record.withheld.length;
        totals.seatsWithheld += record.withheld.length;
        this.#free += record.seats.length - record.withheld.length;
        return;
      case 'withhold':
        totals.seatsSold += record.seats.length;
        totals.seatsWithheld += record.seats.length;
        this.#free -= record.seats.length;
        break;
      case 'leave':
      case 'paying':
      case 'declined':
      case 'cancel':
      case 'end':
      case 'over':
      case 'terms':
      case 'restore':
        return;
    }
    // Seats moving between partitions are not sold, though nobody can have them for a moment.
    if (this.#free <= 0 && record.kind !== 'lend') this.soldOutAt ??= record.at;
  }

  #addClaim({ at, outcomes }: LedgerRecord & { kind: 'claim' }): void {
    this.#count(at, 'entries', outcomes.length);
    for (const outcome of outcomes) {
      switch (outcome.kind) {
        case 'held':
          this.#count(at, 'held');
          this.#free -= outcome.hold.seats.length;
          break;
        case 'standby':
          this.#count(at, 'standby');
          break;
        case 'sold_out':
          this.#count(at, 'soldOut');
          break;
        case 'duplicate':
          this.totals.duplicates += 1;
          break;
      }
    }
  }

  #count(at: number, what: keyof typeof zeroCounts, by = 1): void {
    this.totals[what] += by;
    this.#minute(at)[what] += by;
  }

  #minute(at: number): Minute {
    const start = at - (at % minuteMs);
    let minute = this.minutes.get(start);
    if (!minute) this.minutes.set(start, (minute = { ...zeroCounts, seatsPaid: 0 }));
    return minute;
  }
}
