import { refundOf, type RefundAmount } from '@seatdrop/shared/contract/refund-amount.ts';
import type { Order } from '../api/types.ts';

/** What goes back, in minor units, if these seats of an order are refunded now. */
export function amountOf(
  {
    amount,
    seats,
    refunds,
  }: Pick<Order, 'amount' | 'refunds'> & { seats: readonly { id: string; state: string }[] },
  chosen: readonly string[],
  keepPercent = 0,
): RefundAmount {
  const before = {
    amount: refunds.reduce((sum, refund) => sum + refund.amount.amount + refund.kept.amount, 0),
    seats: seats.filter(({ state }) => state !== 'valid').map(({ id }) => id),
  };
  return refundOf({ amount: amount.amount, seats: seats.map(({ id }) => id) }, chosen, before, keepPercent);
}
