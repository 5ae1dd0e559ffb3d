/**
 * Replays a partition's ledger from its first record and checks the rules at every step: no seat has two owners and
 * seats always add up (1, 2), each buyer has at most one live hold or place in standby (3), standby is first come first
 * served among those who want no more than is free (4), and holds only make the transitions of their state machine (5).
 */
import type { Drop } from '../shared/drops/drop.ts';
import type { Outcome } from '../shared/inventory/claim.ts';
import { longestPauseMs, type Lapse } from '../shared/inventory/lapse.ts';
import { entryIdOf } from '../shared/inventory/entry-id.ts';
import type { HoldState } from '../shared/inventory/hold.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { rowsOf, rowsOfPartition, seatId } from '../shared/inventory/layout.ts';
import type { Event, LedgerRecord, OfHold, OfSeats, Sent, Terms } from '../shared/ledger/record.ts';
import { SentNumbers } from '../shared/ledger/sent-numbers.ts';
import type { Report, Rule } from './violation.ts';

export type ReplayedHold = {
  holdId: string;
  buyerId: number;
  seats: string[];
  state: HoldState;
  expiresAt: number;
  attempt: number;
  /** Whether it came from standby. */
  promoted: boolean;
  /** Seats that refunds have taken from it, after it was sold. */
  refunded?: string[];
};

type Waiting = { entryId: string; buyerId: number; quantity: number; turn: number };

/** An entry with the outcome of its first decision. */
export type DecidedEntry = { entryId: string; buyerId: number; quantity: number; outcome: Outcome };

export type Transfer = { transfer: string; to: number; seats: string[] };

/** How far a record's time may differ from the time its script read, milliseconds: twice what a script may take. */
const clockSlackMs = 100;

/** MOST_PROMOTED of prelude.lua. */
const maxPromotions = 100;

export class Replay {
  readonly place: Place;
  readonly holds = new Map<string, ReplayedHold>();
  /** By entry, in order of arrival. */
  readonly standby = new Map<string, Waiting>();
  /** Every entry in the order of decision; empty unless `keepDecided`, since there may be a million. */
  readonly decided: DecidedEntry[] = [];
  decidedCount = 0;
  /** By seat: the refunded order for which the seat stays sold. */
  readonly withheld = new Map<string, string>();
  readonly lent: Transfer[] = [];
  readonly borrowed: { transfer: string; seats: string[] }[] = [];
  cancelled = false;
  over = false;
  /** Each buyer's latest lapse. */
  readonly lapses = new Map<number, Lapse>();
  /** Entries whose place in standby ended when the drop closed. */
  readonly endedAtClosing = new Set<string>();

  readonly #drop: Drop;
  readonly #report: Report;
  readonly #keepDecided: boolean;
  readonly #checksTimes: boolean;
  #terms: Terms;
  /** Number of records still to come that a restore added; promotions follow the last of them. */
  #restoring = 0;
  /** Whether the current record was added by a restore. */
  #restored = false;
  /** Seat of this partition -> the hold that has it; undefined: free. */
  readonly #seats = new Map<string, string | undefined>();
  /** Buyer -> live hold or place in standby. */
  readonly #live = new Map<number, string>();
  readonly #batches = new Set<string>();
  /** By quantity, in order of arrival, so that the next one who fits is found without a search through all. */
  readonly #waiting = new Map<number, Map<string, Waiting>>();
  #turn = 0;
  /** By publisher's channel. */
  readonly #sent = new Map<string, SentNumbers>();
  #stocked = false;
  #free = 0;
  #record: LedgerRecord | undefined;
  /** Seats came free before closing, so the next records must be promotions of the buyers who fit. */
  #owesPromotion = false;
  #promotedInARow = 0;
  /** The promotions owed may come in a later script. */
  #promotesLater = false;
  /** Seats came free for orders that own them, which get them before standby gets the rest (follow-orders.lua). */
  #freesForOrders = false;
  /** Time of the latest record. */
  #lastAt = 0;

  /** `checksTimes` is false for tests that end the time of a hold or a pause by hand, which no record says. */
  constructor(drop: Drop, place: Place, report: Report, { keepDecided = true, checksTimes = true } = {}) {
    this.#drop = drop;
    this.place = place;
    this.#report = report;
    const { standbyLimit, partitions } = drop;
    this.#keepDecided = keepDecided;
    this.#checksTimes = checksTimes;
    // The present terms; records say what they were at their time.
    this.#terms = {
      maxPerBuyer: drop.maxPerBuyer,
      standbyLimit: Math.floor((standbyLimit + partitions - 1 - place.partition) / partitions),
      holdMs: drop.holdSeconds * 1000,
      lapsePauseMs: drop.lapsePauseSeconds * 1000,
    };
  }

  /** Number of batches that publishers numbered but that were never decided. */
  get missing(): number {
    return [...this.#sent.values()].reduce((sum, { missing }) => sum + missing, 0);
  }

  get terms(): Terms {
    return this.#terms;
  }

  get free(): number {
    return this.#free;
  }

  get capacity(): number {
    return this.#seats.size;
  }

  /** Number of seats in holds of this state. */
  seatsIn(state: HoldState): number {
    return [...this.holds.values()].reduce(
      (sum, hold) => sum + (hold.state === state ? hold.seats.length : 0),
      0,
    );
  }

  ownerOf(seat: string): string | undefined {
    return this.#seats.get(seat);
  }

  /** The seat's character in the rows of Redis. */
  drawn(seat: string): '.' | 'h' | 's' {
    const holdId = this.#seats.get(seat);
    if (holdId === undefined) return '.';
    return this.withheld.has(seat) || this.holds.get(holdId)?.state === 'sold' ? 's' : 'h';
  }

  /** Number of seats in paid orders or withheld. */
  get sold(): number {
    return this.seatsIn('sold') + this.withheld.size;
  }

  get seats(): Iterable<string> {
    return this.#seats.keys();
  }

  apply(record: LedgerRecord): void {
    this.#record = record;
    this.#restored = this.#restoring > 0;
    const isForOrders = this.#isForOrders(record);
    if (this.#restored) this.#restoring -= 1;
    else if (record.kind !== 'promote' && !isForOrders) this.#settlePromotions(record.kind);
    if (!this.#stocked && record.kind !== 'stock')
      this.#fault('2 seats add up', `${record.kind} before there were any seats`);
    this.#promotedInARow = record.kind === 'promote' ? this.#promotedInARow + 1 : 0;
    this.#apply(record);
    this.#lastAt = record.at;
    this.#checkCapacity();
  }

  /** Whether a record is of the step that gives orders their seats, and not its first one. */
  #isForOrders(event: Event): boolean {
    const loses = event.kind === 'release' && event.reason === 'seats_lost';
    const continues = this.#freesForOrders && (loses || event.kind === 'sold' || event.kind === 'withhold');
    this.#freesForOrders = loses || continues;
    return continues;
  }

  /** Checks that are possible only after the last record. */
  finish(): void {
    this.#record = undefined;
    this.#settlePromotions();
  }

  #apply(event: Event): void {
    switch (event.kind) {
      case 'stock':
        return this.#stock(event);
      case 'terms':
        this.#setTerms(event.terms);
        return;
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
        return this.#refund(event);
      case 'withhold':
        return this.#withholdFree(event);
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
        return;
      case 'end':
        return this.#endStandby(event);
      case 'over':
        return this.#endDrop();
      case 'restore':
        return this.#restore(event);
    }
  }

  #stock({ count, terms }: Event & { kind: 'stock' }): void {
    if (this.#stocked) return this.#fault('2 seats add up', 'the seats were put on sale a second time');
    this.#stocked = true;
    // When terms were not recorded yet, nobody was refused for lapsed holds.
    this.#setTerms(terms ?? { ...this.#terms, lapsePauseMs: 0 });
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

  #setTerms(terms: Terms): void {
    // A record of a version that did not record closesAt does not change it.
    const { closesAt = this.#terms.closesAt } = terms;
    this.#terms = { ...terms, ...(closesAt !== undefined && { closesAt }) };
  }

  /** Whether it was closed at a time by the clock of Redis. `slackMs`: if only a record's time is known. */
  #isClosed(at: number, slackMs = 0): boolean {
    return this.cancelled || this.over || at >= (this.#terms.closesAt ?? Infinity) + slackMs;
  }

  #endStandby({ places }: Event & { kind: 'end' }): void {
    if (!this.#isClosed(this.#now, -clockSlackMs))
      this.#fault('4 in order', 'standby ended before the drop had closed');
    for (const place of places) {
      this.#leave(place);
      this.endedAtClosing.add(place.holdId);
    }
  }

  #endDrop(): void {
    if (!this.#isClosed(this.#now, -clockSlackMs))
      this.#fault('5 holds end', 'over before the drop had closed');
    const left = this.seatsIn('held') + this.seatsIn('paying') + this.standby.size;
    if (left > 0) this.#fault('5 holds end', 'over while seats are held or somebody is in standby');
    this.over = true;
  }

  /** The partition was restored from this ledger, so its numbers must be those of the replay. */
  #restore({ free, taken, sold, standby, added }: Event & { kind: 'restore' }): void {
    const restored = { free, taken, sold, standby };
    const played = {
      free: this.#free,
      taken: this.seatsIn('held') + this.seatsIn('paying'),
      sold: this.sold,
      standby: this.standby.size,
    };
    if (JSON.stringify(restored) !== JSON.stringify(played))
      this.#fault(
        '2 seats add up',
        `restored ${JSON.stringify(restored)} instead of ${JSON.stringify(played)}`,
      );
    this.#restoring = added;
    this.#owesPromotion = true;
    this.#promotesLater = true;
  }

  #claim({ batch, outcomes, sent, decidedAt }: Event & { kind: 'claim' }): void {
    const again = this.#batches.has(batch.id);
    this.#batches.add(batch.id);
    const quantities = batch.packed.split(',').map((entry) => Number(entry.split(':')[1]));
    if (sent) this.#follow(sent);
    for (const [index, outcome] of outcomes.entries()) {
      const entryId = entryIdOf(batch.id, index);
      const quantity = quantities[index] ?? 0;
      if (again) {
        // Redis had forgotten the batch and decided it again, which must not give anybody anything.
        if (outcome.kind === 'held' || outcome.kind === 'standby') {
          this.#fault('3 one outcome', `entry ${entryId} got a second outcome: ${outcome.kind}`);
        }
        continue;
      }
      this.#decide(entryId, quantity, outcome, decidedAt);
      this.#checkRefusal(entryId, quantity, outcome, decidedAt);
      const { buyerId } = outcome.kind === 'held' ? outcome.hold : outcome;
      this.decidedCount += 1;
      if (this.#keepDecided) this.decided.push({ entryId, buyerId, quantity, outcome });
    }
  }

  /** The broker keeps the order of each publisher's channel, so only a batch that was sent again may come late. */
  #follow({ by, number, late }: Sent): void {
    let numbers = this.#sent.get(by);
    if (!numbers) this.#sent.set(by, (numbers = new SentNumbers()));
    const { highest } = numbers;
    const came = numbers.add(number);
    if (came === 'again')
      this.#fault('3 one outcome', `batch ${number} of publisher ${by} was decided twice`);
    else if (came === 'late' && !late)
      this.#fault('4 in order', `batch ${number} of publisher ${by} was decided after its batch ${highest}`);
  }

  #decide(entryId: string, quantity: number, outcome: Outcome, decidedAt: number): void {
    const { standbyLimit } = this.#terms;
    const isClosed = this.#isClosed(decidedAt);
    const eligible = this.#isEligible(quantity);
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
        if (isClosed) this.#fault('4 in order', `entry ${entryId} has to stand by after closing`);
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
        this.#joinStandby({ entryId, buyerId: outcome.buyerId, quantity, turn: (this.#turn += 1) });
        return;
      case 'sold_out':
        // A retired partition does not know who bought, so its claims never count as duplicates: an order stays.
        if (this.#live.has(outcome.buyerId) && !this.over) {
          this.#fault('3 one outcome', `entry ${entryId} is sold out though its buyer has a live one`);
        }
        if (outcome.refusedUntil !== undefined) return;
        if (eligible && quantity <= this.#free) {
          this.#fault('4 in order', `entry ${entryId} is sold out though ${this.#free} seats are free`);
        }
        if (eligible && !isClosed && quantity <= this.#drop.capacity && this.standby.size < standbyLimit) {
          this.#fault('4 in order', `entry ${entryId} is sold out though standby has places`);
        }
        return;
      case 'duplicate':
        if (outcome.state !== 'ended' && this.#live.get(outcome.buyerId) !== outcome.entryId) {
          this.#fault(
            '3 one outcome',
            `entry ${entryId} is a duplicate of ${outcome.entryId}, which is not live`,
          );
        }
    }
  }

  /** Checks that entries of a buyer whose hold lapsed are refused until the pause is over, and no others. */
  #checkRefusal(entryId: string, quantity: number, outcome: Outcome, decidedAt: number): void {
    if (outcome.kind === 'duplicate') return;
    const { buyerId } = outcome.kind === 'held' ? outcome.hold : outcome;
    const owed = this.lapses.get(buyerId)?.until ?? 0;
    const refusedUntil = outcome.kind === 'sold_out' ? outcome.refusedUntil : undefined;
    if (refusedUntil !== undefined) {
      if (refusedUntil !== owed || owed <= decidedAt)
        this.#fault('4 in order', `entry ${entryId} was refused until ${refusedUntil} instead of ${owed}`);
    } else if (this.#checksTimes && owed > decidedAt && this.#isEligible(quantity)) {
      this.#fault(
        '4 in order',
        `entry ${entryId} was decided as ${outcome.kind} though refused until ${owed}`,
      );
    }
  }

  #isEligible(quantity: number): boolean {
    // An entry accepted before closing may still get free seats after it.
    return !this.cancelled && !this.over && quantity >= 1 && quantity <= this.#terms.maxPerBuyer;
  }

  /** Checks that the buyer of an unpaid hold that ended is refused, or not, as the rules and earlier lapses require. */
  #lapse(
    { holdId, buyerId, reason, lapse }: Event & { kind: 'release' },
    expiresAt: number | undefined,
  ): void {
    const { lapsePauseMs, holdMs } = this.#terms;
    const before = this.lapses.get(buyerId);
    const isLapse = reason === 'expired' || reason === 'declined' || reason === 'given_back';
    const msLeft = (expiresAt ?? 0) - this.#now;
    const mayPass = reason === 'given_back' && !before && msLeft >= holdMs / 2 - clockSlackMs;
    const mustPass = this.#checksTimes && mayPass && msLeft > holdMs / 2 + clockSlackMs;
    if (isLapse && lapsePauseMs > 0) this.lapses.set(buyerId, lapse ?? before ?? { count: 0, until: 0 });
    if (!lapse) {
      if (isLapse && lapsePauseMs > 0 && !mayPass)
        this.#fault('4 in order', `hold ${holdId} lapsed, and its buyer may enter again at once`);
      return;
    }
    const count = (before?.count ?? 0) + 1;
    const pauseMs = Math.min(lapsePauseMs * 2 ** (count - 1), longestPauseMs);
    if (!isLapse || lapsePauseMs === 0 || mustPass)
      this.#fault('4 in order', `hold ${holdId} did not lapse, and its buyer is refused for it`);
    else if (lapse.count !== count || Math.abs(lapse.until - this.#now - pauseMs) > clockSlackMs)
      this.#fault(
        '4 in order',
        `lapse ${count} of buyer ${buyerId} is lapse ${lapse.count}, for ${lapse.until - this.#now} ms`,
      );
  }

  #pay({ holdId, buyerId, attempt }: OfHold & { attempt: number }): void {
    const hold = this.#move({ holdId, buyerId }, ['held'], 'paying');
    if (!hold) return;
    // A payment that was found in MySQL when the partition was restored did begin in time.
    const late = !this.#restored && this.#now > hold.expiresAt + clockSlackMs;
    if (late) this.#fault('5 holds end', `hold ${holdId} was paid after its time`);
    if (attempt !== hold.attempt + 1)
      this.#fault('5 money', `hold ${holdId} went from attempt ${hold.attempt} to ${attempt}`);
    hold.attempt = attempt;
  }

  /** MySQL has the last word, so an order may also revive a hold that Redis ended or lost, if its seats are free. */
  #sell({ holdId, buyerId, seats }: OfSeats): void {
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
    if (hold.state === 'sold') {
      // An order that lacked seats gets them once they are free (follow-orders.lua).
      for (const seat of seats) if (this.#take(seat)) this.#seats.set(seat, holdId);
      hold.seats = [...hold.seats, ...seats];
      return;
    }
    this.#move({ holdId, buyerId }, ['held', 'paying'], 'sold');
    if (!sameSeats(hold.seats, seats))
      this.#fault('1 one owner', `hold ${holdId} was sold with other seats than it held`);
  }

  #release(event: Event & { kind: 'release' }): void {
    const { reason } = event;
    const from: HoldState[] =
      reason === 'declined' ? ['paying'] : reason === 'seats_lost' ? ['held', 'paying'] : ['held'];
    const hold = this.#end(event, from);
    this.#lapse(event, hold?.expiresAt);
    const isEarly = this.#checksTimes && reason === 'expired';
    if (hold && isEarly && this.#now < hold.expiresAt - clockSlackMs) {
      this.#fault('5 holds end', `hold ${hold.holdId} ended ${hold.expiresAt - this.#now} ms early`);
    }
  }

  #promote(event: OfSeats & { expiresAt: number }): void {
    if (this.#isClosed(event.expiresAt - this.#terms.holdMs))
      this.#fault('4 in order', `standby gave seats to ${event.holdId} after closing`);
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
    this.#leaveStandby(event.holdId);
    this.#live.delete(event.buyerId);
    this.#open({ ...event, attempt: 0, state: 'held', promoted: true });
  }

  #leave({ holdId, buyerId }: OfHold): void {
    if (!this.#leaveStandby(holdId))
      this.#fault('3 one outcome', `${holdId} left standby without being there`);
    this.#live.delete(buyerId);
  }

  #open(hold: ReplayedHold): void {
    const known = this.holds.get(hold.holdId);
    if (known) this.#fault('3 one outcome', `hold ${hold.holdId} was given twice`);
    // If a lost hold is created again, its buyer may be in standby, and leaves it.
    const other = this.#live.get(hold.buyerId);
    if (other !== undefined && this.standby.has(other)) this.#leaveStandby(other);
    else if (other !== undefined) {
      this.#fault('3 one outcome', `buyer ${hold.buyerId} has ${other} and got ${hold.holdId} as well`);
    }
    this.holds.set(hold.holdId, hold);
    this.#live.set(hold.buyerId, hold.holdId);
    for (const seat of hold.seats) if (this.#take(seat)) this.#seats.set(seat, hold.holdId);
  }

  /** Takes a free seat; reports it and returns false if it is not free. */
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
    this.#giveUp(hold, event.seats);
    return hold;
  }

  /** Frees these seats of a hold, except withheld ones. */
  #giveUp({ holdId }: ReplayedHold, seats: readonly string[]): void {
    for (const seat of seats) {
      if (this.withheld.get(seat) === holdId) continue;
      if (this.#seats.get(seat) === holdId) {
        this.#seats.set(seat, undefined);
        this.#free += 1;
      } else this.#fault('1 one owner', `seat ${seat} was given up by ${holdId}, which did not have it`);
    }
    this.#owesPromotion = true;
  }

  /** Ends a sold hold, or takes some of its seats. */
  #refund(event: Event & { kind: 'refund' }): void {
    for (const seat of event.withheld) this.#withhold(seat, event);
    const isWhole = event.left === 0;
    const hold = isWhole ? this.#end(event, ['sold']) : this.#move(event, ['sold'], 'sold');
    if (!hold) return;
    hold.refunded = [...(hold.refunded ?? []), ...event.seats];
    if (isWhole) return;
    const left = hold.seats.filter((seat) => !event.seats.includes(seat));
    if (left.length !== event.left || left.length + event.seats.length !== hold.seats.length)
      this.#fault('1 one owner', `a refund took other seats from hold ${hold.holdId} than it had`);
    hold.seats = left;
    this.#giveUp(hold, event.seats);
  }

  /** Withholds free seats of an order, which the partition may have lost. */
  #withholdFree(event: Event & { kind: 'withhold' }): void {
    const hold = this.holds.get(event.holdId);
    const mayBe =
      event.left > 0
        ? hold?.state === 'sold' && hold.seats.length === event.left
        : !hold || hold.state === 'released';
    if (!mayBe)
      this.#fault('1 one owner', `seats of ${event.holdId} were withheld while it is ${hold?.state}`);
    if (!hold) {
      const unknown = { attempt: 1, state: 'released' as const, promoted: false, expiresAt: this.#now };
      this.holds.set(event.holdId, { ...event, ...unknown });
    }
    for (const seat of event.seats) {
      if (!this.#take(seat)) continue;
      this.#seats.set(seat, event.holdId);
      this.#withhold(seat, event);
    }
  }

  #withhold(seat: string, { holdId }: OfHold): void {
    if (this.#seats.get(seat) !== holdId)
      this.#fault('1 one owner', `seat ${seat} was withheld for ${holdId}, which did not have it`);
    else this.withheld.set(seat, holdId);
  }

  #occupy(buyerId: number, entryId: string): void {
    const other = this.#live.get(buyerId);
    if (other !== undefined)
      this.#fault('3 one outcome', `buyer ${buyerId} has ${other} and got ${entryId} as well`);
    this.#live.set(buyerId, entryId);
  }

  #nextInStandby(): Waiting | undefined {
    if (this.cancelled || this.over) return undefined;
    let next: Waiting | undefined;
    for (const [quantity, waiting] of this.#waiting) {
      if (quantity > this.#free) continue;
      const [head] = waiting.values();
      if (head && (!next || head.turn < next.turn)) next = head;
    }
    return next;
  }

  #joinStandby(waiting: Waiting): void {
    this.standby.set(waiting.entryId, waiting);
    let alike = this.#waiting.get(waiting.quantity);
    if (!alike) this.#waiting.set(waiting.quantity, (alike = new Map()));
    alike.set(waiting.entryId, waiting);
  }

  #leaveStandby(entryId: string): boolean {
    const waiting = this.standby.get(entryId);
    if (waiting) this.#waiting.get(waiting.quantity)?.delete(entryId);
    return this.standby.delete(entryId);
  }

  /** Checks that the number of free seats is possible. */
  #checkCapacity(): void {
    if (this.#free < 0 || this.#free > this.#seats.size)
      this.#fault('2 seats add up', `${this.#free} of ${this.#seats.size} seats are free`);
  }

  /** One script makes a limited number of promotions, but no claim may come before all that are owed. */
  #settlePromotions(next?: LedgerRecord['kind']): void {
    if (!this.#owesPromotion) return;
    if (this.#isClosed(this.#lastAt, -clockSlackMs)) {
      this.#owesPromotion = false;
      this.#promotesLater = false;
      return;
    }
    const passedOver = this.#nextInStandby();
    const mayGoOn = this.#promotesLater || this.#promotedInARow >= maxPromotions;
    this.#promotesLater = mayGoOn && passedOver !== undefined;
    if (this.#promotesLater && next !== 'claim') return;
    this.#owesPromotion = false;
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
      event: shortened(this.#record),
    });
  }
}

function sameSeats(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.toSorted().join() === other.toSorted().join();
}

/** The event for a report; a claim is shortened, since it can have hundreds of entries. */
function shortened(event: Event | undefined): unknown {
  if (event?.kind !== 'claim') return event;
  return { kind: 'claim', batch: event.batch.id, entries: event.outcomes.length };
}
