/**
 * Plays a partition's ledger from its first record and checks the rules at every step: seats never have two owners
 * and always add up (1, 2), each buyer has one live hold or place at most (3), standby is first come first served
 * among those who fit (4), and holds go only the ways their state machine has (5).
 */
import type { Drop } from '../../shared/drops/drop.ts';
import type { Outcome } from '../../shared/inventory/claim.ts';
import { entryIdOf } from '../../shared/inventory/entry-id.ts';
import type { HoldState } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { rowsOf, rowsOfPartition, seatId } from '../../shared/inventory/layout.ts';
import type { Event, LedgerRecord } from './ledger.ts';
import type { Report, Rule } from './violation.ts';

export type ReplayedHold = {
  holdId: string;
  buyerId: number;
  seats: string[];
  state: HoldState;
  expiresAt: number;
  attempt: number;
  /** Got from standby rather than at once. */
  promoted: boolean;
};

type Waiting = { entryId: string; buyerId: number; quantity: number };

/** An entry the first time it was decided. */
export type DecidedEntry = { entryId: string; buyerId: number; quantity: number; outcome: Outcome };

export type Transfer = { transfer: string; seats: string[] };

/** Milliseconds by which a record's time may differ from the time its script saw. */
const clockSlack = 5;

export class Replay {
  readonly place: Place;
  readonly holds = new Map<string, ReplayedHold>();
  /** By entry, in the order in which they came. */
  readonly standby = new Map<string, Waiting>();
  readonly decided: DecidedEntry[] = [];
  readonly lent: Transfer[] = [];
  readonly borrowed: Transfer[] = [];
  cancelled = false;

  readonly #drop: Drop;
  readonly #report: Report;
  readonly #standbyLimit: number;
  /** Each seat of this partition, with the hold that has it. */
  readonly #seats = new Map<string, string | undefined>();
  /** Each buyer's live hold, or place in standby. */
  readonly #live = new Map<number, string>();
  readonly #batches = new Set<string>();
  #free = 0;
  #record: LedgerRecord | undefined;
  /** Seats came free, so the next records must be promotions of whoever fits. */
  #owesPromotion = false;

  constructor(drop: Drop, place: Place, report: Report) {
    this.#drop = drop;
    this.place = place;
    this.#report = report;
    const { standbyLimit, partitions } = drop;
    this.#standbyLimit = Math.floor((standbyLimit + partitions - 1 - place.partition) / partitions);
  }

  get free(): number {
    return this.#free;
  }

  get capacity(): number {
    return this.#seats.size;
  }

  /** Seats in holds of this state. */
  seatsIn(state: HoldState): number {
    return [...this.holds.values()].reduce(
      (sum, hold) => sum + (hold.state === state ? hold.seats.length : 0),
      0,
    );
  }

  ownerOf(seat: string): string | undefined {
    return this.#seats.get(seat);
  }

  get seats(): Iterable<string> {
    return this.#seats.keys();
  }

  apply(record: LedgerRecord): void {
    this.#record = record;
    if (record.event.kind !== 'promote') this.#settlePromotions();
    this.#apply(record.event);
  }

  /** After the last record. */
  finish(): void {
    this.#record = undefined;
    this.#settlePromotions();
  }

  #apply(event: Event): void {
    switch (event.kind) {
      case 'stock':
        return this.#stock(event.seats);
      case 'claim':
        return this.#claim(event);
      case 'retake':
        return this.#open({ ...event, attempt: 0, state: 'held', promoted: false });
      case 'paying':
        return this.#pay(event);
      case 'declined':
        this.#move(event, ['paying'], 'held');
        return;
      case 'sold':
        return this.#sell(event);
      case 'release':
        return this.#release(event);
      case 'promote':
        return this.#promote(event);
      case 'leave':
        return this.#leave(event);
      case 'refund':
        this.#end(event, ['sold']);
        return;
      case 'lend':
        this.lent.push(event);
        for (const seat of event.seats) {
          if (this.#take(seat)) this.#seats.delete(seat);
        }
        return;
      case 'borrow':
        this.borrowed.push(event);
        for (const seat of event.seats) {
          if (this.#seats.has(seat)) this.#fault('1 one owner', `seat ${seat} came in twice`);
          this.#seats.set(seat, undefined);
          this.#free += 1;
        }
        this.#owesPromotion = true;
        return;
      case 'cancel':
        this.cancelled = true;
    }
  }

  #stock(count: number): void {
    const rows = rowsOf(this.#drop.sections);
    for (const index of rowsOfPartition(rows, this.place.partition, this.#drop.partitions)) {
      const { seats = 0 } = rows[index] ?? {};
      for (let number = 1; number <= seats; number += 1) this.#seats.set(seatId(index, number), undefined);
    }
    this.#free = this.#seats.size;
    if (count !== this.#free) {
      this.#fault('2 seats add up', `${count} seats were stocked, of ${this.#free} that there are`);
    }
  }

  #claim({ batch, outcomes }: Event & { kind: 'claim' }): void {
    const again = this.#batches.has(batch.id);
    this.#batches.add(batch.id);
    const quantities = batch.packed.split(',').map((entry) => Number(entry.split(':')[1]));
    for (const [index, outcome] of outcomes.entries()) {
      const entryId = entryIdOf(batch.id, index);
      const quantity = quantities[index] ?? 0;
      if (again) {
        // Redis had forgotten the batch, so it was decided once more; nothing may come of that.
        if (outcome.kind === 'held' || outcome.kind === 'standby') {
          this.#fault('3 one outcome', `entry ${entryId} got a second outcome: ${outcome.kind}`);
        }
        continue;
      }
      this.#decide(entryId, quantity, outcome);
      const { buyerId } = outcome.kind === 'held' ? outcome.hold : outcome;
      this.decided.push({ entryId, buyerId, quantity, outcome });
    }
  }

  #decide(entryId: string, quantity: number, outcome: Outcome): void {
    const { maxPerBuyer } = this.#drop;
    const eligible = !this.cancelled && quantity >= 1 && quantity <= maxPerBuyer;
    switch (outcome.kind) {
      case 'held':
        if (outcome.hold.seats.length !== quantity) {
          this.#fault(
            '2 seats add up',
            `entry ${entryId} asked for ${quantity} and got ${outcome.hold.seats.length}`,
          );
        }
        if (!eligible) this.#fault('3 one outcome', `entry ${entryId} got seats it could not have`);
        return this.#open({ ...outcome.hold, attempt: 0, state: 'held', promoted: false });
      case 'standby':
        if (quantity <= this.#free) {
          this.#fault('4 in order', `entry ${entryId} has to stand by though ${this.#free} seats are free`);
        }
        if (outcome.position !== this.standby.size + 1) {
          this.#fault(
            '4 in order',
            `entry ${entryId} is told place ${outcome.position}, behind ${this.standby.size}`,
          );
        }
        this.#occupy(outcome.buyerId, entryId);
        this.standby.set(entryId, { entryId, buyerId: outcome.buyerId, quantity });
        return;
      case 'sold_out':
        if (this.#live.has(outcome.buyerId)) {
          this.#fault('3 one outcome', `entry ${entryId} is sold out though its buyer has a live one`);
        }
        if (eligible && quantity <= this.#free) {
          this.#fault('4 in order', `entry ${entryId} is sold out though ${this.#free} seats are free`);
        }
        if (eligible && this.standby.size < this.#standbyLimit) {
          this.#fault('4 in order', `entry ${entryId} is sold out though standby has places`);
        }
        return;
      case 'duplicate':
        if (outcome.of !== 'ended' && this.#live.get(outcome.buyerId) !== outcome.entryId) {
          this.#fault(
            '3 one outcome',
            `entry ${entryId} is a duplicate of ${outcome.entryId}, which is not live`,
          );
        }
    }
  }

  #pay({ holdId, buyerId, attempt }: Event & { kind: 'paying' }): void {
    const hold = this.#move({ holdId, buyerId }, ['held'], 'paying');
    if (!hold) return;
    if (this.#now > hold.expiresAt + clockSlack)
      this.#fault('5 holds end', `hold ${holdId} was paid after its time`);
    if (attempt !== hold.attempt + 1)
      this.#fault('5 money', `hold ${holdId} went from attempt ${hold.attempt} to ${attempt}`);
    hold.attempt = attempt;
  }

  /** MySQL has the last word, so a sale may also revive a hold that Redis had ended or forgotten, if its seats are free. */
  #sell({ holdId, buyerId, seats }: Event & { kind: 'sold' }): void {
    const hold = this.holds.get(holdId);
    if (!hold || hold.state === 'released') {
      this.holds.delete(holdId);
      this.#open({
        holdId,
        buyerId,
        seats,
        state: 'sold',
        expiresAt: this.#now,
        attempt: hold?.attempt ?? 1,
        promoted: false,
      });
      return;
    }
    this.#move({ holdId, buyerId }, ['held', 'paying'], 'sold');
    if (!sameSeats(hold.seats, seats))
      this.#fault('1 one owner', `hold ${holdId} was sold with other seats than it held`);
  }

  #release({ why, ...event }: Event & { kind: 'release' }): void {
    const hold = this.#end(event, why === 'declined' ? ['paying'] : ['held']);
    if (hold && why === 'expired' && this.#now < hold.expiresAt - clockSlack) {
      this.#fault('5 holds end', `hold ${hold.holdId} ended ${hold.expiresAt - this.#now} ms early`);
    }
  }

  #promote(event: Event & { kind: 'promote' }): void {
    const next = this.#nextInStandby();
    if (next?.entryId !== event.holdId) {
      this.#fault(
        '4 in order',
        `standby gave seats to ${event.holdId}, but ${next?.entryId ?? 'nobody'} was next`,
      );
    }
    const waiting = this.standby.get(event.holdId);
    if (waiting && waiting.quantity !== event.seats.length) {
      this.#fault(
        '2 seats add up',
        `${event.holdId} asked for ${waiting.quantity} and got ${event.seats.length}`,
      );
    }
    this.standby.delete(event.holdId);
    this.#live.delete(event.buyerId);
    this.#open({ ...event, attempt: 0, state: 'held', promoted: true });
  }

  #leave({ holdId, buyerId }: Event & { kind: 'leave' }): void {
    if (!this.standby.delete(holdId))
      this.#fault('3 one outcome', `${holdId} left standby without being there`);
    this.#live.delete(buyerId);
  }

  #open(hold: ReplayedHold): void {
    const known = this.holds.get(hold.holdId);
    if (known) this.#fault('3 one outcome', `hold ${hold.holdId} was given twice`);
    // A buyer may be taken back from standby when a forgotten hold turns up again.
    const other = this.#live.get(hold.buyerId);
    if (other !== undefined && this.standby.has(other)) this.standby.delete(other);
    else if (other !== undefined) {
      this.#fault('3 one outcome', `buyer ${hold.buyerId} has ${other} and got ${hold.holdId} as well`);
    }
    this.holds.set(hold.holdId, hold);
    this.#live.set(hold.buyerId, hold.holdId);
    for (const seat of hold.seats) if (this.#take(seat)) this.#seats.set(seat, hold.holdId);
  }

  /** A seat is no longer free. */
  #take(seat: string): boolean {
    if (!this.#seats.has(seat)) {
      this.#fault('2 seats add up', `seat ${seat} is not in this partition`);
      return false;
    }
    const owner = this.#seats.get(seat);
    if (owner !== undefined) {
      this.#fault('1 one owner', `seat ${seat} was given away while ${owner} had it`);
      return false;
    }
    this.#free -= 1;
    return true;
  }

  #move(
    { holdId, buyerId }: { holdId: string; buyerId: number },
    from: HoldState[],
    to: HoldState,
  ): ReplayedHold | undefined {
    const hold = this.holds.get(holdId);
    if (!hold) this.#fault('5 holds end', `there is no hold ${holdId}`);
    else if (!from.includes(hold.state)) {
      this.#fault('5 holds end', `hold ${holdId} went from ${hold.state} to ${to}`);
    }
    if (!hold) return undefined;
    if (hold.buyerId !== buyerId)
      this.#fault('1 one owner', `hold ${holdId} of ${hold.buyerId} was moved for ${buyerId}`);
    hold.state = to;
    return hold;
  }

  #end(
    event: { holdId: string; buyerId: number; seats: string[] },
    from: HoldState[],
  ): ReplayedHold | undefined {
    const hold = this.#move(event, from, 'released');
    if (!hold) return undefined;
    if (this.#live.get(hold.buyerId) === hold.holdId) this.#live.delete(hold.buyerId);
    if (!sameSeats(hold.seats, event.seats))
      this.#fault('1 one owner', `hold ${hold.holdId} gave up other seats than it had`);
    for (const seat of event.seats) {
      if (this.#seats.get(seat) === hold.holdId) {
        this.#seats.set(seat, undefined);
        this.#free += 1;
      } else this.#fault('1 one owner', `seat ${seat} was given up by ${hold.holdId}, which did not have it`);
    }
    this.#owesPromotion = true;
    return hold;
  }

  #occupy(buyerId: number, entryId: string): void {
    const other = this.#live.get(buyerId);
    if (other !== undefined)
      this.#fault('3 one outcome', `buyer ${buyerId} has ${other} and got ${entryId} as well`);
    this.#live.set(buyerId, entryId);
  }

  #nextInStandby(): Waiting | undefined {
    if (this.cancelled) return undefined;
    for (const waiting of this.standby.values()) if (waiting.quantity <= this.#free) return waiting;
    return undefined;
  }

  #settlePromotions(): void {
    if (!this.#owesPromotion) return;
    this.#owesPromotion = false;
    const passedOver = this.#nextInStandby();
    if (passedOver)
      this.#fault(
        '4 in order',
        `${this.#free} seats came free, and ${passedOver.entryId} in standby got none`,
      );
  }

  get #now(): number {
    return this.#record?.at ?? 0;
  }

  #fault(rule: Rule, what: string): void {
    this.#report(rule, what, {
      ...this.place,
      record: this.#record?.id,
      event: shortened(this.#record?.event),
    });
  }
}

function sameSeats(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.toSorted().join() === other.toSorted().join();
}

/** A claim can be hundreds of entries long; which one is said in words. */
function shortened(event: Event | undefined): unknown {
  if (event?.kind !== 'claim') return event;
  return { kind: 'claim', batch: event.batch.id, entries: event.outcomes.length };
}
