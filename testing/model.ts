/**
 * A model of the inventory, as simple as possible: lists and maps, no search index, no counters. One instance is one
 * partition. Tests run the same steps on the model and on the real scripts and compare the results.
 */
import type { Batch } from '../shared/inventory/claim.ts';
import { entryIdOf } from '../shared/inventory/entry-id.ts';

type ModelHold = {
  holdId: string;
  buyerId: number;
  seats: string[];
  /** Of a refunded hold: the seats that stay sold, which are then all of its `seats`. */
  withheld?: string[];
  state: 'held' | 'paying' | 'sold' | 'released' | 'refunded';
  attempt: number;
  payer: string;
  /** Its time is over. */
  lapsed: boolean;
};

type Standing = { holdId: string; buyerId: number; quantity: number };

export type Given = { holdId: string; buyerId: number; seats: string[] };
/** Ownership of seats in MySQL. */
export type Owning = Given & { withheld?: 'wholly' | 'in_part' };

export type ModelTerms = {
  maxPerBuyer: number;
  standbyLimit: number;
  partitions: number;
  /** Buyers whose holds lapse are refused until a test ends their pause. */
  pauses: boolean;
  /** Seats of all partitions in total. */
  dropCapacity: number;
};

export class PartitionModel {
  readonly terms: ModelTerms;
  /** Seats in each row of the drop. */
  readonly rows: readonly number[];
  /** The seats of this partition; a taken seat belongs to the live hold that names it. */
  readonly here = new Set<string>();
  readonly holds = new Map<string, ModelHold>();
  standby: Standing[] = [];
  /** A buyer's latest entry: hold, place in standby, ended hold or refusal. */
  readonly latest = new Map<number, { state: 'hold' | 'standby' | 'ended' | 'refused'; holdId: string }>();
  readonly soldOut = new Set<number>();
  /** Number of a buyer's lapsed holds, and whether its entries are refused because of the last one. */
  readonly lapses = new Map<number, { count: number; isRefused: boolean }>();
  readonly untold = new Set<string>();
  /** Withheld seats of orders that have other seats left; they are sold, and in no hold. */
  readonly nobodys = new Set<string>();
  readonly lent = new Map<string, { to: number; seats: string[] }>();
  readonly arrived = new Set<string>();
  cancelled = false;
  /** The closing time has come. */
  closed = false;
  over = false;
  decided = 0;

  constructor(terms: ModelTerms, rows: readonly number[], own: readonly number[]) {
    this.terms = terms;
    this.rows = rows;
    for (const row of own) {
      for (let number = 1; number <= (rows[row] ?? 0); number += 1) this.here.add(`${row}.${number}`);
    }
  }

  /** The seats in a state. */
  seats(state: 'free' | 'held' | 'paying' | 'sold'): string[] {
    const taken = (wanted: string) =>
      [...this.holds.values()].flatMap((hold) => {
        if (hold.state === wanted) return hold.seats;
        return wanted === 'sold' ? (hold.withheld ?? []) : [];
      });
    if (state !== 'free') return [...taken(state), ...(state === 'sold' ? this.nobodys : [])];
    const takenSeats = new Set([...['held', 'paying', 'sold'].flatMap(taken), ...this.nobodys]);
    return [...this.here].filter((seat) => !takenSeats.has(seat));
  }

  /** The rows in the notation of Redis. */
  map(): string[] {
    const sold = new Set(this.seats('sold'));
    const free = new Set(this.seats('free'));
    const draw = (seat: string) => {
      if (!this.here.has(seat)) return '-';
      if (free.has(seat)) return '.';
      return sold.has(seat) ? 's' : 'h';
    };
    return this.rows.map((length, row) =>
      Array.from({ length }, (_, index) => draw(`${row}.${index + 1}`)).join(''),
    );
  }

  /** Adjacent seats in the frontmost row that has enough, nearest its middle; otherwise the best single seats. */
  choose(quantity: number): string[] {
    const free = new Set(this.seats('free'));
    const fromMiddle = (row: number, first: number, count: number) =>
      Math.abs(first + (count - 1) / 2 - ((this.rows[row] ?? 0) + 1) / 2);
    const runs = (row: number, count: number) =>
      Array.from({ length: this.rows[row] ?? 0 }, (_, index) => index + 1)
        .filter((first) =>
          Array.from({ length: count }, (_, index) => `${row}.${first + index}`).every((seat) =>
            free.has(seat),
          ),
        )
        .toSorted((a, b) => fromMiddle(row, a, count) - fromMiddle(row, b, count) || a - b);
    if (quantity <= this.terms.maxPerBuyer) {
      for (let row = 0; row < this.rows.length; row += 1) {
        const [first] = runs(row, quantity);
        if (first !== undefined) {
          return Array.from({ length: quantity }, (_, index) => `${row}.${first + index}`);
        }
      }
    }
    return this.rows.flatMap((_, row) => runs(row, 1).map((number) => `${row}.${number}`)).slice(0, quantity);
  }

  #give(holdId: string, buyerId: number, quantity: number): ModelHold {
    const seats = this.choose(quantity);
    const hold: ModelHold = {
      holdId,
      buyerId,
      seats,
      state: 'held',
      attempt: 0,
      payer: '',
      lapsed: false,
    };
    this.holds.set(holdId, hold);
    this.latest.set(buyerId, { state: 'hold', holdId });
    return hold;
  }

  /** Decides a batch. Returns `missing` instead, if that many seats should be borrowed from other partitions first. */
  claim(batch: Batch, mayBorrow: boolean): string[] | { missing: number } {
    const entries = batch.packed.split(',').map((entry) => entry.split(':').map(Number) as [number, number]);
    // After a failover, seats can be free although standby waits for them.
    this.#promote();
    if (mayBorrow && this.terms.partitions > 1 && !this.cancelled && !this.over) {
      const wanted = entries
        .filter(([buyerId]) => !this.#isLive(buyerId) && !this.lapses.get(buyerId)?.isRefused)
        .reduce((sum, [, quantity]) => sum + quantity, 0);
      const missing = wanted - this.seats('free').length;
      if (missing > 0) return { missing };
    }
    return entries.map(([buyerId, quantity], index) => {
      this.decided += 1;
      const standing = this.latest.get(buyerId);
      if (standing && this.#isLive(buyerId)) return `duplicate ${standing.state}`;
      const holdId = entryIdOf(batch.id, index);
      const { maxPerBuyer, dropCapacity } = this.terms;
      if (!this.cancelled && !this.over && quantity >= 1 && quantity <= Math.min(maxPerBuyer, dropCapacity)) {
        if (this.lapses.get(buyerId)?.isRefused) {
          this.latest.set(buyerId, { state: 'refused', holdId });
          return 'refused';
        }
        if (quantity <= this.seats('free').length) {
          return `held ${this.#give(holdId, buyerId, quantity).seats.join('+')}`;
        }
        if (!this.closed && this.standby.length < this.terms.standbyLimit) {
          this.standby.push({ holdId, buyerId, quantity });
          this.latest.set(buyerId, { state: 'standby', holdId });
          return `standby ${this.standby.length}`;
        }
      }
      this.latest.delete(buyerId);
      this.soldOut.add(buyerId);
      return 'sold_out';
    });
  }

  #isLive(buyerId: number): boolean {
    const { state } = this.latest.get(buyerId) ?? {};
    return state === 'hold' || state === 'standby';
  }

  /** A buyer's first hold that is given back before its end does not count as a lapse. */
  #lapse(hold: ModelHold, reason: 'expired' | 'declined' | 'given_back'): void {
    hold.payer = reason;
    if (!this.terms.pauses) return;
    const before = this.lapses.get(hold.buyerId);
    const isForgiven = !before && reason === 'given_back' && !hold.lapsed;
    const lapse = isForgiven
      ? { count: 0, isRefused: false }
      : { count: (before?.count ?? 0) + 1, isRefused: true };
    this.lapses.set(hold.buyerId, lapse);
  }

  /** Gives free seats to the first buyers in standby who asked for no more than there are. */
  #promote(): Given[] {
    const promoted: Given[] = [];
    for (;;) {
      const free = this.seats('free').length;
      const isClosed = this.cancelled || this.closed || this.over;
      const next = isClosed ? undefined : this.standby.find(({ quantity }) => quantity <= free);
      if (!next) return promoted;
      this.standby = this.standby.filter((each) => each !== next);
      const hold = this.#give(next.holdId, next.buyerId, next.quantity);
      this.untold.add(next.holdId);
      promoted.push({ holdId: hold.holdId, buyerId: hold.buyerId, seats: hold.seats });
    }
  }

  #end(hold: ModelHold, state: 'released' | 'refunded'): Given[] {
    this.#letGo(hold, state);
    return this.#promote();
  }

  #letGo(hold: ModelHold, state: 'released' | 'refunded'): void {
    hold.state = state;
    this.untold.delete(hold.holdId);
    if (this.latest.get(hold.buyerId)?.holdId === hold.holdId) {
      this.latest.set(hold.buyerId, { state: 'ended', holdId: hold.holdId });
    }
  }

  release(holdId: string): { kind: string; promoted?: Given[] } {
    const hold = this.holds.get(holdId);
    if (!hold) return { kind: 'unknown' };
    if (hold.state !== 'held') return { kind: 'settled' };
    if (!hold.lapsed) return { kind: 'early' };
    this.#lapse(hold, 'expired');
    return { kind: 'released', promoted: this.#end(hold, 'released') };
  }

  leave(buyerId: number): { kind: string; promoted?: Given[] } {
    const standing = this.latest.get(buyerId);
    if (standing?.state === 'standby' && this.closed) return { kind: 'none' };
    if (standing?.state === 'standby') {
      this.standby = this.standby.filter((each) => each.buyerId !== buyerId);
      this.latest.delete(buyerId);
      this.soldOut.delete(buyerId);
      return { kind: 'left' };
    }
    const hold = standing?.state === 'hold' ? this.holds.get(standing.holdId) : undefined;
    if (!hold) return { kind: 'none' };
    if (hold.state !== 'held') return { kind: hold.state };
    this.#lapse(hold, 'given_back');
    return { kind: 'released', promoted: this.#end(hold, 'released') };
  }

  beginPayment({ holdId, buyerId, seats }: Given, payer: string): { kind: string; attempt?: number } {
    let hold = this.holds.get(holdId);
    if (!hold) {
      const free = new Set(this.seats('free'));
      const taken = this.latest.get(buyerId)?.state === 'hold' || !seats.every((seat) => free.has(seat));
      if (this.cancelled || this.over || taken) return { kind: 'expired' };
      this.standby = this.standby.filter((each) => each.buyerId !== buyerId);
      hold = { holdId, buyerId, seats, state: 'held', attempt: 0, payer: '', lapsed: false };
      this.holds.set(holdId, hold);
      this.latest.set(buyerId, { state: 'hold', holdId });
    }
    if (hold.buyerId !== buyerId) return { kind: 'expired' };
    switch (hold.state) {
      case 'released':
      case 'refunded':
        return { kind: 'expired' };
      case 'sold':
        return { kind: 'sold' };
      case 'paying':
        return { kind: hold.payer === payer ? 'paying' : 'under_way', attempt: hold.attempt };
      case 'held':
        if (hold.lapsed) return { kind: 'expired' };
        Object.assign(hold, { state: 'paying', attempt: hold.attempt + 1, payer });
        return { kind: 'paying', attempt: hold.attempt };
    }
  }

  declinePayment(holdId: string, attempt: number): { kind: string; promoted?: Given[] } {
    const hold = this.holds.get(holdId);
    if (!hold) return { kind: 'unknown' };
    if (hold.state !== 'paying' || hold.attempt !== attempt) return { kind: 'settled' };
    if (hold.lapsed || this.cancelled) {
      this.#lapse(hold, 'declined');
      return { kind: 'released', promoted: this.#end(hold, 'released') };
    }
    hold.state = 'held';
    return { kind: 'held' };
  }

  completePayment({ holdId, buyerId, seats }: Given): 'sold' | 'refunded' | 'conflict' {
    const hold = this.holds.get(holdId);
    if (hold?.state === 'sold' || hold?.state === 'refunded') return hold.state;
    if (!hold || hold.state === 'released') {
      const free = new Set(this.seats('free'));
      if (!seats.every((seat) => free.has(seat))) return 'conflict';
    }
    if ((hold?.state === 'held' || hold?.state === 'paying') && hold.seats.join() !== seats.join())
      return 'conflict';
    const attempt = hold?.attempt ?? 1;
    this.holds.set(holdId, { holdId, buyerId, seats, state: 'sold', attempt, payer: '', lapsed: false });
    this.untold.delete(holdId);
    this.standby = this.standby.filter((each) => each.buyerId !== buyerId);
    this.latest.set(buyerId, { state: 'hold', holdId });
    return 'sold';
  }

  /** `seats`: the refunded ones, or all of the hold. `withheld`: all of the order, also of earlier refunds. */
  reopen(
    holdId: string,
    { seats, withheld = [] }: { seats?: readonly string[]; withheld?: readonly string[] } = {},
  ): { kind: string; promoted?: Given[] } {
    const hold = this.holds.get(holdId);
    if (!hold) return { kind: 'unknown' };
    const given = hold.seats.filter((seat) => !seats || seats.includes(seat));
    if (hold.state !== 'sold' || given.length === 0) return { kind: 'settled' };
    const kept = given.filter((seat) => withheld.includes(seat));
    if (given.length < hold.seats.length) {
      hold.seats = hold.seats.filter((seat) => !given.includes(seat));
      for (const seat of kept) this.nobodys.add(seat);
      return { kind: 'reduced', promoted: this.#promote() };
    }
    const all = [...kept, ...withheld.filter((seat) => this.nobodys.has(seat))];
    if (all.length > 0) {
      hold.seats = all;
      hold.withheld = all;
      for (const seat of all) this.nobodys.delete(seat);
    }
    return { kind: 'released', promoted: this.#end(hold, 'refunded') };
  }

  /** Returns the buyers whose hold or place in standby ended. */
  cancel(): number[] {
    if (this.over) return [];
    this.cancelled = true;
    const waiting = this.endStandby();
    const held = [...this.holds.values()].filter(({ state }) => state === 'held');
    for (const hold of held) {
      hold.payer = 'cancelled';
      this.#end(hold, 'released');
    }
    return [...(this.closed ? [] : waiting), ...held].map(({ buyerId }) => buyerId);
  }

  endStandby(): Standing[] {
    const waiting = this.standby;
    this.standby = [];
    for (const { buyerId, holdId } of waiting) this.latest.set(buyerId, { state: 'ended', holdId });
    return waiting;
  }

  end(): 'over' | 'busy' {
    const isBusy =
      !(this.closed || this.cancelled) ||
      [...this.holds.values()].some(({ state }) => state === 'held' || state === 'paying') ||
      this.standby.length + this.lent.size + this.untold.size > 0;
    this.over ||= !isBusy;
    return this.over ? 'over' : 'busy';
  }

  lend(transfer: string, to: number, wanted: number): string[] {
    const known = this.lent.get(transfer);
    if (known) return known.seats;
    const count = this.cancelled || this.over ? 0 : Math.min(wanted, this.seats('free').length);
    if (count === 0) return [];
    const seats = this.choose(count);
    for (const seat of seats) this.here.delete(seat);
    this.lent.set(transfer, { to, seats });
    return seats;
  }

  borrow(transfer: string, seats: readonly string[]): Given[] {
    if (this.arrived.has(transfer)) return [];
    this.arrived.add(transfer);
    for (const seat of seats) this.here.add(seat);
    return this.#promote();
  }

  view(buyerId: number): {
    kind: string;
    position?: number;
    holdId?: string;
    seats?: string[];
    isRefused?: boolean;
  } {
    const standing = this.latest.get(buyerId);
    if (!standing) return { kind: this.soldOut.has(buyerId) ? 'sold_out' : 'none' };
    if (standing.state === 'standby' && this.closed)
      return { kind: 'released', holdId: standing.holdId, seats: [] };
    if (standing.state === 'standby') {
      return { kind: 'standby', position: this.standby.findIndex((each) => each.buyerId === buyerId) + 1 };
    }
    if (standing.state === 'refused') return { kind: 'sold_out', isRefused: true };
    const hold = this.holds.get(standing.holdId);
    const kind = hold?.state === 'refunded' ? 'released' : (hold?.state ?? 'released');
    const lapsed = kind === 'released' && ['expired', 'declined', 'given_back'].includes(hold?.payer ?? '');
    const isRefused = lapsed && (this.lapses.get(buyerId)?.count ?? 0) > 0;
    return { kind, holdId: standing.holdId, seats: hold?.seats ?? [], isRefused };
  }

  /**
   * Gives orders their seats: from their own holds, from free seats, and from holds that are not being paid yet.
   * `lost` is a hold that was charged although its seats are gone.
   */
  followOrders(
    owners: readonly Owning[],
    lost?: Given & { attempt: number },
  ): { kind: string; yielded: number[]; promoted: Given[] } {
    const yielded: number[] = [];
    let kind = lost ? this.#lose(lost, owners.length > 0) : 'known';
    const isFree = (seat: string) => this.seats('free').includes(seat);
    for (const { holdId, buyerId, seats, withheld } of owners) {
      const own = this.holds.get(holdId);
      const isWithheld = withheld !== undefined;
      const inPart = isWithheld && own?.state === 'sold';
      if (withheld === 'in_part' && !inPart) continue;
      if (own?.state === 'refunded' && !isWithheld) continue;
      if (own?.state === 'held' || own?.state === 'paying') {
        // After a failover the hold was in standby again and has got other seats since.
        if (isWithheld || own.seats.toSorted().join() !== seats.toSorted().join()) {
          this.#letGo(own, 'released');
          own.payer = 'seats_lost';
        } else this.completePayment({ ...own });
      }
      const kept = isWithheld && !inPart ? own?.withheld : own?.seats;
      const had = own?.state === 'released' ? [] : (kept ?? []);
      const sold = new Set(inPart ? this.seats('sold') : []);
      const lacking = seats.filter((seat) => !had.includes(seat) && !sold.has(seat));
      for (const hold of this.holds.values()) {
        if (hold.state !== 'held' || !hold.seats.some((seat) => lacking.includes(seat))) continue;
        this.#letGo(hold, 'released');
        hold.payer = 'seats_lost';
        yielded.push(hold.buyerId);
      }
      const got = lacking.filter(isFree);
      if (got.length < lacking.length && kind === 'known') kind = 'blocked';
      if (got.length === 0) continue;
      if (inPart) {
        for (const seat of got) this.nobodys.add(seat);
        continue;
      }
      const attempt = own?.attempt ?? 1;
      const lapsed = own?.lapsed ?? false;
      const all = [...had, ...got];
      if (isWithheld) {
        const refunded = { state: 'refunded' as const, payer: 'refunded', attempt, lapsed };
        this.holds.set(holdId, { holdId, buyerId, seats: all, withheld: all, ...refunded });
        if (this.latest.get(buyerId)?.holdId === holdId) this.latest.set(buyerId, { state: 'ended', holdId });
        continue;
      }
      const order = { holdId, buyerId, seats: all, state: 'sold' as const };
      this.holds.set(holdId, { ...order, attempt, payer: '', lapsed });
      if (had.length > 0) continue;
      this.standby = this.standby.filter((each) => each.buyerId !== buyerId);
      this.latest.set(buyerId, { state: 'hold', holdId });
    }
    return { kind, yielded, promoted: this.#promote() };
  }

  #lose({ holdId, buyerId, seats, attempt }: Given & { attempt: number }, isOwned: boolean): string {
    const hold = this.holds.get(holdId);
    if (!hold) {
      if (!this.#isLive(buyerId)) this.latest.set(buyerId, { state: 'ended', holdId });
      const record = { holdId, buyerId, seats, state: 'released' as const, attempt };
      this.holds.set(holdId, { ...record, payer: 'seats_lost', lapsed: true });
      return 'noted';
    }
    if (hold.state === 'released') {
      const kind = hold.payer === 'seats_lost' ? 'known' : 'noted';
      hold.payer = 'seats_lost';
      return kind;
    }
    if (!isOwned || !(hold.state === 'held' || (hold.state === 'paying' && hold.attempt === attempt)))
      return 'known';
    this.#letGo(hold, 'released');
    hold.payer = 'seats_lost';
    return 'ended';
  }

  /** A copy of the current state, to restore later. */
  clone(): PartitionModel {
    const copy = new PartitionModel(this.terms, this.rows, []);
    for (const [key, value] of Object.entries(this)) Reflect.set(copy, key, structuredClone(value));
    return copy;
  }

  /** Drops all data of a live hold, as a failover does that lost it. */
  forgetHold(holdId: string): void {
    const hold = this.holds.get(holdId);
    if (!hold) return;
    this.holds.delete(holdId);
    this.untold.delete(holdId);
    if (this.latest.get(hold.buyerId)?.holdId === holdId) this.latest.delete(hold.buyerId);
  }
}
