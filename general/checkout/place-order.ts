import { breakdownOf } from '../../shared/contract/total.ts';
import { seatNameOf, type SeatName } from '../../shared/inventory/seat-names.ts';
import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import type { DropTerms, FindTerms } from '../drops/drop-terms.ts';
import { storedBreakdown } from '../orders/breakdown.ts';
import { readFacts } from '../receipts/frozen-facts.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { approveAttempts, byKey, lockAttempts, moveAttempt, type PaymentAttempt } from './payment-attempt.ts';

/** An approved charge and the provider's id of it; undefined if the order cost nothing. */
export type Paid = { attempt: PaymentAttempt; ref: string | undefined };

export type NamedSeat = SeatName & { seat_id: string; event_id: number };

/** With the event's names of its seats, and what the amount is made of as JSON. */
export type Named = Paid & { seats: NamedSeat[]; breakdown: string | null };

export type Placed =
  /** `order` is set if this call placed it; otherwise it existed already. */
  | { kind: 'placed'; order?: OrderRow }
  /** Another order owns a seat, or the attempt was given up: the charge has to be refunded. */
  | { kind: 'seats_lost' };

/**
 * Turns approved charges into orders: orders, seats, payments and the mails to send, in one transaction for the whole
 * group. The unique keys of sold seats have the last word on who owns a seat, in the drop and in the event. Safe to
 * repeat and to run concurrently: the attempts are locked first, and the second caller finds them done.
 * @throws a duplicate-key error if a seat has an owner; nothing has changed then
 */
export async function placeOrders(db: Database, group: readonly Named[]): Promise<Placed[]> {
  // Before the transaction, whose locks should not wait for it.
  const facts = await readFacts(db, group.map(soldIn));
  const receipts = new Map(group.map((paid, at) => [paid, JSON.stringify(facts[at])]));
  return transact(db, async (trx) => {
    const found = await lockAttempts(
      trx,
      group.map(({ attempt }) => attempt),
    );
    // Checkout and webhook may both bring the same attempt.
    const open = new Map<PaymentAttempt, Named>();
    group.forEach((paid, at) => {
      const known = found[at];
      if (known?.status === 'pending' && !open.has(known)) open.set(known, paid);
    });
    const orders = await writeOrders(
      trx,
      [...open.values()].toSorted((one, other) => byKey(one.attempt, other.attempt)),
      receipts,
    );

    const results: Placed[] = [];
    for (const [at, paid] of group.entries()) {
      const known = found[at];
      if (known && open.has(known)) {
        const order = orders.get(paid);
        results.push({ kind: 'placed', ...(order && { order }) });
      } else if (known?.status === 'approved') {
        results.push({ kind: 'placed' });
      } else {
        // The attempt was given up as declined but was charged: refund it.
        await moveAttempt(trx, paid.attempt, 'declined', 'refund_due', { ref: paid.ref });
        results.push({ kind: 'seats_lost' });
      }
    }
    return results;
  });
}

/** Marks a charge for refund because one of its seats has an owner. The money is refunded by the caller, or by the duty. */
export async function giveBack(db: Database, { attempt, ref }: Paid): Promise<Placed> {
  await moveAttempt(db, attempt, 'pending', 'refund_due', { ref, reason: 'seats_lost' });
  return { kind: 'seats_lost' };
}

/**
 * Whether an order could not be placed because a seat has an owner, in this drop or in another drop of the event, or
 * because the order exists.
 */
export function isTaken(error: unknown): boolean {
  return ['sold_seats_one_owner', 'sold_seats_one_in_event', 'PRIMARY'].some((key) =>
    isDuplicateKey(error, key),
  );
}

/** The seats of an attempt with the event's names. */
export async function namedSeats(
  findTerms: FindTerms,
  { place, seats }: Pick<PaymentAttempt, 'place' | 'seats'>,
): Promise<NamedSeat[]> {
  const { eventId: event_id, sections } = await termsOf(findTerms, place);
  return seats.map((seat_id) => ({ seat_id, event_id, ...seatNameOf(seat_id, sections) }));
}

/**
 * What the amount of an attempt is made of, as JSON. Its terms cannot have changed since it began, as they are fixed
 * from the opening. Null if its amount is another one: the version before, running beside this one, has no fees.
 */
export async function pricedParts(
  findTerms: FindTerms,
  { place, seats, amount }: Pick<PaymentAttempt, 'place' | 'seats' | 'amount'>,
): Promise<string | null> {
  const breakdown = breakdownOf(await termsOf(findTerms, place), seats.length);
  return breakdown.total.amount === amount ? storedBreakdown(breakdown) : null;
}

async function termsOf(findTerms: FindTerms, { dropId }: PaymentAttempt['place']): Promise<DropTerms> {
  const terms = await findTerms(dropId);
  if (!terms) throw new Error(`drop ${dropId} does not exist`);
  return terms;
}

function soldIn({ attempt: { place, buyerId } }: Paid) {
  return { drop_id: place.dropId, user_id: buyerId };
}

type SoldSeat = { drop_id: number; seat_id: string };

function bySeat(one: SoldSeat, other: SoldSeat): number {
  return one.drop_id - other.drop_id || (one.seat_id < other.seat_id ? -1 : 1);
}

/**
 * An attempt's content never changes, so the caller's copy is valid. `all` is in the order of byKey and every insert
 * is in the order of its own key, so that two groups never wait for each other.
 */
async function writeOrders(
  trx: Database,
  all: readonly Named[],
  receipts: ReadonlyMap<Paid, string>,
): Promise<Map<Paid, OrderRow>> {
  if (all.length === 0) return new Map();
  await approveAttempts(trx, all);
  const cancelled = await cancelledAmong(trx, all);
  const orders = new Map(
    all.map((paid): [Paid, OrderRow] => {
      const { holdId: id, place, buyerId: user_id, amount, currency } = paid.attempt;
      const status = cancelled.has(place.dropId) ? ('refund_due' as const) : ('paid' as const);
      const { breakdown } = paid;
      const receipt = receipts.get(paid)!;
      const order = { id, drop_id: place.dropId, user_id, amount, currency, breakdown, receipt, status };
      return [paid, { ...order, created_at: new Date() }];
    }),
  );
  const seats = all.flatMap(({ attempt: { holdId, place }, seats: named }) =>
    named
      .toSorted((one, other) => (one.seat_id < other.seat_id ? -1 : 1))
      .map((seat) => ({ order_id: holdId, drop_id: place.dropId, ...seat })),
  );
  await trx('orders').insert(
    all.map((paid) => {
      const { place, attempt } = paid.attempt;
      return { ...orders.get(paid), partition: place.partition, attempt };
    }),
  );
  await trx('order_seats').insert(seats.map(({ order_id, seat_id }) => ({ order_id, seat_id })));
  await trx('sold_seats').insert(seats.toSorted(bySeat));
  await trx('outbox').insert(
    all.map(({ attempt }) => ({ topic: 'order-paid', payload: JSON.stringify({ orderId: attempt.holdId }) })),
  );
  return orders;
}

/**
 * Returns the cancelled drops, whose orders are inserted as `refund_due`. The rows are locked, as the orders' foreign
 * key would lock them anyway. A cancellation commits before this read, which then sees it; or it waits for this
 * transaction and then sees the order.
 */
async function cancelledAmong(trx: Database, all: readonly Paid[]): Promise<Set<number>> {
  const ids = [...new Set(all.map(({ attempt }) => attempt.place.dropId))];
  const drops: { id: number; cancelled_at: Date | null }[] = await trx('drops')
    .whereIn('id', ids)
    .orderBy('id')
    .forShare()
    .select('id', 'cancelled_at');
  return new Set(drops.filter(({ cancelled_at }) => cancelled_at !== null).map(({ id }) => id));
}
