/** What goes back to the buyer for some seats of an order: the one place that computes it, for API, pages and checks. */

/** An order by what was paid for it, in minor units, and by all seats it was placed with. */
export type PaidOrder = { amount: number; seats: readonly string[] };

/** Earlier refunds of the order together. `amount`: what they gave back and what they kept. */
export type RefundedBefore = { amount: number; seats: readonly string[] };

/** `amount` goes back to the buyer; `kept` is what the organizer keeps of the seats' part. In minor units. */
export type RefundAmount = { amount: number; kept: number };

/**
 * The part of what was paid that belongs to `seats`, less `keepPercent` percent of it, rounded in the buyer's favour.
 * Parts sum to the amount of the order: the last seats get exactly what is left.
 */
export function refundOf(
  order: PaidOrder,
  seats: readonly string[],
  before: RefundedBefore,
  keepPercent = 0,
): RefundAmount {
  const gone = new Set([...seats, ...before.seats]);
  const left = order.amount - before.amount;
  const isRest = order.seats.every((seat) => gone.has(seat));
  const parts = isRest ? left : Math.min(left, partOf(order, new Set(seats)));
  const kept = Math.floor((parts * keepPercent) / 100);
  return { amount: parts - kept, kept };
}

/** All seats of an order cost the same; what does not divide goes to the first ones, one minor unit each. */
function partOf({ amount, seats }: PaidOrder, wanted: ReadonlySet<string>): number {
  const each = Math.floor(amount / seats.length);
  const rest = amount % seats.length;
  return seats
    .toSorted(bySeat)
    .reduce((sum, seat, index) => (wanted.has(seat) ? sum + each + (index < rest ? 1 : 0) : sum), 0);
}

function bySeat(one: string, other: string): number {
  const [row = 0, number = 0] = one.split('.').map(Number);
  const [otherRow = 0, otherNumber = 0] = other.split('.').map(Number);
  return row - otherRow || number - otherNumber;
}
