/**
 * Twins of the scripts that take a hold through its payment, and that bring Redis in line with the orders of MySQL:
 * begin-payment, decline-payment, complete-payment, check-charged, follow-orders, holders, reopen.
 */
import { decodePromoted, decodeSeats, encodeSeats, type Hold, type NewHold } from './hold.ts';
import { decodeEnd, type Released, type Settled, type Unknown } from './holds.ts';
import type { Place } from './keys.ts';
import { unexpected, type Reply } from './script.ts';
import type { Store } from './store.ts';

export type BeginPayment =
  | { kind: 'paying'; attempt: number; seats: string[]; expiresAt: number }
  | { kind: 'under_way'; attempt: number }
  | { kind: 'expired' | 'sold' | 'not_stocked' };

/** A hold whose card was charged although it gets no order. */
export type LostHold = Pick<Hold, 'holdId' | 'buyerId'> & { seats: readonly string[]; attempt: number };

/**
 * An order in MySQL, with its buyer and its seats. `withheld`: these are refunded seats of it that stay sold, since
 * their tickets were used. `in_part`: not all of the order is refunded, and it comes before with the seats it has left.
 */
export type Owner = {
  orderId: string;
  buyerId: number;
  seats: readonly string[];
  withheld?: 'wholly' | 'in_part' | undefined;
};

export type Followed = {
  /**
   * About the hold that lost. `ended`: this call ended it. `noted`: it had ended before, and this call recorded why.
   * `known`: nothing was left to do. `blocked`: as `known`, but an order lacks a seat that somebody else is paying for;
   * that payment will get no order.
   */
  kind: 'ended' | 'noted' | 'known' | 'blocked';
  version: number;
  /** Buyers whose unpaid holds ended because they had seats of an order. */
  yielded: number[];
  promoted: NewHold[];
};

export type Payments = {
  /** held -> paying, before anything is charged. `payer` names the request. */
  beginPayment: (place: Place, hold: Hold, payer: string) => Promise<BeginPayment>;
  /** paying -> held while time is left, else released. For a payment that will never be approved. */
  declinePayment: (
    place: Place,
    holdId: string,
    attempt: number,
  ) => Promise<Released | Settled | Unknown | { kind: 'held'; expiresAt: number }>;
  /** paying -> sold, after MySQL has the order. */
  completePayment: (
    place: Place,
    order: { holdId: string; buyerId: number; seats: readonly string[] },
  ) => Promise<{ kind: 'sold' | 'refunded' | 'conflict'; version: number }>;
  /** Whether a hold whose card was charged can still become an order (`kept`) or not (`lost`); see check-charged.lua. */
  checkCharged: (
    place: Place,
    hold: Pick<Hold, 'holdId' | 'buyerId'> & { seats: readonly string[] },
  ) => Promise<'kept' | 'lost'>;
  /** Gives seats to the orders that own them in MySQL, and ends the hold that was charged but lost them, if any. */
  followOrders: (place: Place, owners: readonly Owner[], lost?: LostHold) => Promise<Followed>;
  /**
   * sold -> refunded, or sold with fewer seats, after MySQL has the refund. `retired`: the archived ledger tells which
   * seats were refunded before; if some were not, call again with `sold`, the seats that are left.
   */
  reopen: (
    place: Place,
    holdId: string,
    refunded?: ReopenedSeats,
    sold?: { buyerId: number; seats: readonly string[] },
  ) => Promise<Released | Reduced | Settled | Unknown | { kind: 'retired' }>;
};

/** `seats`: the refunded ones; without it, all of the hold. `withheld`: all seats of the order that stay sold. */
export type ReopenedSeats = { seats?: readonly string[]; withheld?: readonly string[] };

/** Seats of a sold hold were refunded, and `seats` are left to it. */
export type Reduced = Pick<Released, 'buyerId' | 'version' | 'promoted'> & {
  kind: 'reduced';
  seats: string[];
};

export function createPayments({ script, atOnce, noteLate }: Store): Payments {
  const begin = script('begin-payment');
  const decline = script('decline-payment');
  // Need not survive a failover: MySQL has the order, and follow-mysql.ts brings it to Redis again.
  const complete = script('complete-payment', atOnce);
  const check = script('check-charged');
  const follow = script('follow-orders');
  const holders = script('holders', atOnce);
  const reopen = script('reopen');

  /** Unpaid holds that have one of these seats. Searches all holds, in portions: this is for rare accidents. */
  const holdersOf = async (place: Place, seats: readonly string[]) => {
    const found = new Set<string>();
    let from = '-inf';
    while (seats.length > 0 && from !== '') {
      const [, next, ...ids] = await holders(place, from, ...seats);
      for (const id of ids) found.add(String(id));
      from = String(next);
    }
    return [...found];
  };

  return {
    async beginPayment(place, { holdId, buyerId, seats, expiresAt }, payer) {
      const reply = await begin(place, holdId, buyerId, encodeSeats(seats), expiresAt, payer);
      const [outcome, attempt, held, until] = reply;
      switch (outcome) {
        case 'paying':
          return {
            kind: outcome,
            attempt: Number(attempt),
            seats: decodeSeats(held),
            expiresAt: Number(until),
          };
        case 'under_way':
          return { kind: outcome, attempt: Number(attempt) };
        case 'expired':
        case 'sold':
        case 'not_stocked':
          return { kind: outcome };
        default:
          throw unexpected('begin-payment', reply);
      }
    },

    async declinePayment(place, holdId, attempt) {
      const reply = await decline(place, holdId, attempt);
      if (reply[0] === 'held') return { kind: 'held', expiresAt: Number(reply[1]) };
      return decodeEnd('decline-payment', reply);
    },

    async completePayment(place, { holdId, buyerId, seats }) {
      const reply = await complete(place, holdId, buyerId, encodeSeats(seats));
      const [outcome, version] = reply;
      if (outcome === 'sold' || outcome === 'refunded' || outcome === 'conflict')
        return { kind: outcome, version: Number(version) };
      throw unexpected('complete-payment', reply);
    },

    async checkCharged(place, { holdId, buyerId, seats }) {
      const reply = await check(place, holdId, buyerId, encodeSeats(seats));
      const [outcome] = reply;
      if (outcome === 'kept' || outcome === 'lost') return outcome;
      throw unexpected('check-charged', reply);
    },

    async followOrders(place, owners, lost) {
      const lostHold = lost
        ? [lost.holdId, lost.buyerId, encodeSeats(lost.seats), lost.attempt]
        : ['', 0, '', 0];
      const mayYield = await holdersOf(
        place,
        owners.flatMap(({ seats }) => seats),
      );
      const reply = await follow(place, ...lostHold, mayYield.join(','), ...owners.map(encodeOwner));
      const [outcome, version, count, ...rest] = reply;
      switch (outcome) {
        case 'ended':
        case 'noted':
        case 'known':
        case 'blocked':
          return {
            kind: outcome,
            version: Number(version),
            yielded: rest.slice(0, Number(count)).map(Number),
            promoted: decodePromoted(rest.slice(Number(count))),
          };
        default:
          throw unexpected('follow-orders', reply);
      }
    },

    async reopen(place, holdId, refunded, sold) {
      const reply = await reopen(place, holdId, ...encodeRefunded(refunded, sold));
      if (reply[0] === 'retired') return { kind: 'retired' };
      if (sold) await noteLate(place.dropId);
      return reply[0] === 'reduced' ? decodeReduced(reply) : decodeEnd('reopen', reply);
    },
  };
}

function encodeOwner({ orderId, buyerId, seats, withheld }: Owner): string {
  const kind = withheld && (withheld === 'wholly' ? 'w' : 'p');
  return [orderId, buyerId, encodeSeats(seats), ...(kind ? [kind] : [])].join('|');
}

function encodeRefunded(
  { seats = [], withheld = [] }: ReopenedSeats = {},
  sold?: { buyerId: number; seats: readonly string[] },
): (string | number)[] {
  const hold = sold ? [sold.buyerId, encodeSeats(sold.seats)] : [];
  return [encodeSeats(seats), encodeSeats(withheld), ...hold];
}

function decodeReduced([, buyer, version, left, ...promoted]: Reply): Reduced {
  return {
    kind: 'reduced',
    buyerId: Number(buyer),
    version: Number(version),
    seats: decodeSeats(left),
    promoted: decodePromoted(promoted),
  };
}
