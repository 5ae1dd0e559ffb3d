/**
 * The rules that one buyer can check from outside, on any system. `npm run verify-ledger` checks the others, such as a
 * seat with two owners.
 */
import type { EntryState } from '../../../shared/contract/entries.ts';
import { totalOf, type Pricing } from '../../../shared/contract/total.ts';

export const rules = {
  outcome: 'an entry answered 202 gets its outcome',
  oneHold: 'no buyer is told of two live holds',
  holdEnds: 'a hold that is not paid ends',
  orderKept: 'an order answered 201 can be read',
  seatsSold: 'an order has the seats that were held, at their price',
  chargedOnce: 'no buyer is charged twice',
  sameStory: 'HTTP answers what was told',
} as const;

export type RuleName = keyof typeof rules;

/** Called whenever a rule is checked. `details` describes the violation, if `holds` is false. */
export type OnVerdict = (rule: RuleName, holds: boolean, details: string) => void;

export type Money = { amount: number; currency: string };

/** The fields of an order in the API that are used here. */
export type Order = { id: string; dropId: number; status: string; amount: Money; seats: { id: string }[] };

/** An answer to a checkout: status, problem code, and the id of the order that it names. */
export type CheckoutAnswer = { status: number; code?: string | undefined; orderId?: string | undefined };

/** Records what one buyer was told about one entry, and checks it against the rules. */
export class BuyerRecord {
  readonly #userId: number;
  readonly #dropId: number;
  readonly #pricing: Pricing;
  readonly #verdict: OnVerdict;
  #last: EntryState | undefined;
  /** Seats of the live hold. */
  #held: readonly string[] | undefined;
  #order: Order | undefined;

  /** `pricing`: the drop’s, as its page shows it. */
  constructor(purchase: { userId: number; dropId: number; pricing: Pricing }, onVerdict: OnVerdict) {
    this.#userId = purchase.userId;
    this.#dropId = purchase.dropId;
    this.#pricing = purchase.pricing;
    this.#verdict = onVerdict;
  }

  /** The last state that was told. */
  get last(): EntryState | undefined {
    return this.#last;
  }

  /** Adds a state from an event or an answer. Returns false, and ignores it, if it is older than the last one. */
  add(entry: EntryState): boolean {
    if (this.#isOld(entry)) return false;
    this.#last = entry;
    switch (entry.status) {
      case 'held': {
        const seats = entry.seats ?? [];
        const previous = this.#held;
        // An entry has one hold, so other seats mean a second hold.
        const isOther = previous !== undefined && !sameSeats(previous, seats);
        this.#report('oneHold', !isOther, `held ${list(previous)}, then ${list(seats)} as well`);
        this.#held = seats;
        break;
      }
      case 'paying':
        break;
      case 'none':
      case 'standby':
      case 'sold_out':
      case 'sold':
      case 'released':
        this.#held = undefined;
    }
    return true;
  }

  /** Called when the wait for the outcome of an accepted entry is over. */
  outcomeWithin(seconds: number): void {
    this.#report('outcome', this.#last !== undefined, `no outcome within ${seconds} s of the 202`);
  }

  /** Called when the wait for the end of an unpaid hold is over. */
  holdEndedWithin(seconds: number): void {
    const { status = 'none' } = this.#last ?? {};
    this.#report('holdEnds', status !== 'held', `still held ${seconds} s after it should have ended`);
  }

  /** Called when checkout answered 201 for the last hold. */
  bought(order: Order, held: readonly string[]): void {
    const seats = order.seats.map(({ id }) => id);
    const due = totalOf(this.#pricing, held.length);
    const { amount, currency } = order.amount;
    const isCorrect = sameSeats(seats, held) && amount === due.amount && currency === due.currency;
    const paid = `${list(seats)} for ${amount} ${currency}`;
    this.#report(
      'seatsSold',
      isCorrect,
      `held ${list(held)} for ${due.amount}, and order ${order.id} is ${paid}`,
    );
    this.#order = order;
  }

  /** Called with the order as read afterwards, and the status of that answer. */
  readOrder(status: number, read: Order | undefined): void {
    const order = this.#order;
    if (!order) return;
    const isFound = status === 200 && read?.id === order.id;
    this.#report('orderKept', isFound, `order ${order.id} was answered ${status}`);
    if (!isFound) return;
    const isSame =
      sameSeats(ids(read), ids(order)) &&
      read.amount.amount === order.amount.amount &&
      read.status === 'paid';
    this.#report('seatsSold', isSame, `order ${order.id} is read as ${JSON.stringify(read)}`);
  }

  /** Called with the answer to a second checkout of the paid hold. */
  paidAgain(answer: CheckoutAnswer): void {
    const { status, code = '', orderId } = answer;
    // A busy or unavailable system says nothing about the payment.
    if (status === 0 || status === 429 || status >= 500) return;
    const isSame = (status === 201 || code === 'already_paid') && orderId === this.#order?.id;
    this.#report(
      'chargedOnce',
      isSame,
      `paying again was answered ${status} ${code} ${orderId ?? ''}`.trim(),
    );
  }

  /** Called with all orders of this buyer. */
  listed(orders: readonly Order[]): void {
    const own = orders.filter(({ dropId, status }) => dropId === this.#dropId && status === 'paid');
    this.#report(
      'chargedOnce',
      own.length <= 1,
      `orders ${own.map(({ id }) => id).join(', ')} for one entry`,
    );
  }

  /** Checks the state that HTTP answers at the end against the last one. */
  checkFinalState(entry: EntryState): void {
    const last = this.#last;
    if (!last || this.#isOld(entry)) return;
    const isOrder = entry.status !== 'sold' || entry.orderId === (this.#order?.id ?? entry.orderId);
    // The state may have changed in between: a hold may have ended, and a buyer in standby may have got seats.
    const isSame = entry.status === last.status || canFollow(last.status, entry.status);
    this.#report('sameStory', isSame && isOrder, `told ${last.status}, then answered ${entry.status}`);
  }

  #isOld(entry: EntryState): boolean {
    return this.#last !== undefined && entry.version < this.#last.version;
  }

  #report(rule: RuleName, holds: boolean, details: string): void {
    this.#verdict(rule, holds, `buyer ${this.#userId}, drop ${this.#dropId}: ${details}`);
  }
}

/** Whether one state can become another without an action of the buyer. */
function canFollow(from: EntryState['status'], to: EntryState['status']): boolean {
  const followers: Partial<Record<EntryState['status'], readonly EntryState['status'][]>> = {
    held: ['released', 'none'],
    paying: ['sold', 'held', 'released'],
    standby: ['held', 'released', 'none'],
    released: ['none'],
    none: ['released'],
  };
  return followers[from]?.includes(to) ?? false;
}

function sameSeats(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((seat) => b.includes(seat));
}

function ids(order: Order | undefined): string[] {
  return (order?.seats ?? []).map(({ id }) => id);
}

function list(seats: readonly string[] | undefined): string {
  return seats && seats.length > 0 ? seats.join(' and ') : 'nothing';
}
