/**
 * The rules as one buyer can see them from outside, whoever runs the system. What no single buyer can see, such as a
 * seat with two owners, `npm run verify-ledger` proves.
 */
import type { EntryState } from '../../../shared/contract/entries.ts';

export const rules = {
  outcome: 'an entry answered 202 gets its outcome',
  oneHold: 'nobody is told of two live holds',
  holdEnds: 'a hold that is not paid ends',
  orderKept: 'an order answered 201 can be read',
  seatsSold: 'an order has the seats that were held, at their price',
  chargedOnce: 'nobody is charged twice',
  sameStory: 'HTTP says what was told',
} as const;

export type RuleName = keyof typeof rules;

/** Each time that a rule could have been broken. `what`: how it was, if it was. */
export type OnVerdict = (rule: RuleName, holds: boolean, what: string) => void;

export type Money = { amount: number; currency: string };

/** An order as the API tells it. */
export type Order = { id: string; dropId: number; status: string; amount: Money; seats: { id: string }[] };

/** An answer to a checkout: status, `code` of a problem, and the id of the order that it names. */
export type CheckoutAnswer = { status: number; code?: string | undefined; orderId?: string | undefined };

/** What one buyer was told in the course of one entry, held against the rules. */
export class BuyerRecord {
  readonly #userId: number;
  readonly #dropId: number;
  readonly #price: Money;
  readonly #verdict: OnVerdict;
  #last: EntryState | undefined;
  /** Of the live hold. */
  #held: readonly string[] | undefined;
  #order: Order | undefined;

  /** `price`: of one seat. */
  constructor(purchase: { userId: number; dropId: number; price: Money }, onVerdict: OnVerdict) {
    this.#userId = purchase.userId;
    this.#dropId = purchase.dropId;
    this.#price = purchase.price;
    this.#verdict = onVerdict;
  }

  /** How the entry stands, as last told. */
  get last(): EntryState | undefined {
    return this.#last;
  }

  /** A state that was told or answered. False: it is older than what is known, and says nothing. */
  hear(entry: EntryState): boolean {
    if (this.#isOld(entry)) return false;
    this.#last = entry;
    switch (entry.status) {
      case 'held': {
        const seats = entry.seats ?? [];
        const before = this.#held;
        // One entry gets one hold: a second one is for other seats.
        const isOther = before !== undefined && !sameSeats(before, seats);
        this.#say('oneHold', !isOther, `held ${list(before)}, then ${list(seats)} as well`);
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

  /** The wait for the outcome of an accepted entry is over. */
  outcomeWithin(seconds: number): void {
    this.#say('outcome', this.#last !== undefined, `no outcome within ${seconds} s of the 202`);
  }

  /** The wait for the end of a hold that was left alone is over. */
  holdEndedWithin(seconds: number): void {
    const { status = 'none' } = this.#last ?? {};
    this.#say('holdEnds', status !== 'held', `still held ${seconds} s after it should have ended`);
  }

  /** Checkout answered 201 for what was last held. */
  bought(order: Order, held: readonly string[]): void {
    const seats = order.seats.map(({ id }) => id);
    const due = this.#price.amount * held.length;
    const { amount, currency } = order.amount;
    const isRight = sameSeats(seats, held) && amount === due && currency === this.#price.currency;
    const paid = `${list(seats)} for ${amount} ${currency}`;
    this.#say('seatsSold', isRight, `held ${list(held)} for ${due}, and order ${order.id} is ${paid}`);
    this.#order = order;
  }

  /** The order, read afterwards; `status` of that answer. */
  readOrder(status: number, read: Order | undefined): void {
    const order = this.#order;
    if (!order) return;
    const isThere = status === 200 && read?.id === order.id;
    this.#say('orderKept', isThere, `order ${order.id} was answered ${status}`);
    if (!isThere) return;
    const isSame =
      sameSeats(ids(read), ids(order)) &&
      read.amount.amount === order.amount.amount &&
      read.status === 'paid';
    this.#say('seatsSold', isSame, `order ${order.id} is read as ${JSON.stringify(read)}`);
  }

  /** Checkout was asked a second time for the hold that is paid. */
  paidAgain(answer: CheckoutAnswer): void {
    const { status, code = '', orderId } = answer;
    // Busy or away says nothing of the payment.
    if (status === 0 || status === 429 || status >= 500) return;
    const isSame = (status === 201 || code === 'already_paid') && orderId === this.#order?.id;
    this.#say('chargedOnce', isSame, `paying again was answered ${status} ${code} ${orderId ?? ''}`.trim());
  }

  /** Everything that this buyer has bought. */
  listed(orders: readonly Order[]): void {
    const own = orders.filter(({ dropId, status }) => dropId === this.#dropId && status === 'paid');
    this.#say('chargedOnce', own.length <= 1, `orders ${own.map(({ id }) => id).join(', ')} for one entry`);
  }

  /** HTTP was asked once more at the end. */
  askedAtTheEnd(entry: EntryState): void {
    const last = this.#last;
    if (!last || this.#isOld(entry)) return;
    const isOrder = entry.status !== 'sold' || entry.orderId === (this.#order?.id ?? entry.orderId);
    // Time goes on: what was about to end may have ended, and who stood by may have come up.
    const isSame = entry.status === last.status || movesOn(last.status, entry.status);
    this.#say('sameStory', isSame && isOrder, `told ${last.status}, then answered ${entry.status}`);
  }

  #isOld(entry: EntryState): boolean {
    return this.#last !== undefined && entry.version < this.#last.version;
  }

  #say(rule: RuleName, holds: boolean, what: string): void {
    this.#verdict(rule, holds, `buyer ${this.#userId}, drop ${this.#dropId}: ${what}`);
  }
}

/** Whether a state can turn into another one by itself. */
function movesOn(from: EntryState['status'], to: EntryState['status']): boolean {
  const after: Partial<Record<EntryState['status'], readonly EntryState['status'][]>> = {
    held: ['released', 'none'],
    paying: ['sold', 'held', 'released'],
    standby: ['held', 'released', 'none'],
    released: ['none'],
    none: ['released'],
  };
  return after[from]?.includes(to) ?? false;
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
