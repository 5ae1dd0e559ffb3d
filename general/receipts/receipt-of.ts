import type { z } from 'zod';
import type { order as orderSchema } from '../../shared/contract/orders.ts';
import { receiptNumber, type Receipt } from '../../shared/receipt/receipt.ts';
import type { FrozenFacts } from './frozen-facts.ts';

type ShownOrder = z.input<typeof orderSchema>;

/** The receipt of an order as the API shows it to its buyer, so that the two cannot differ. */
export function receiptOf(
  order: ShownOrder,
  { seller, buyer, event }: FrozenFacts,
  { locale, timeZone }: Pick<Receipt, 'locale'> & { timeZone: string },
): Receipt {
  const { id, amount, lines, includedTax, seats, refunds, refunded, createdAt } = order;
  const price = priceOfSeat(order);
  return {
    number: receiptNumber(id),
    orderId: id,
    locale,
    paidAt: createdAt,
    seller,
    buyer,
    event: { ...event, timeZone: event.timeZone ?? timeZone },
    currency: amount.currency,
    seats: seats.map(({ section, row, number, state }) => ({
      section,
      row,
      number,
      ...(price !== undefined && { price }),
      state,
    })),
    lines: lines.map((line) => ({ kind: line.kind, amount: line.amount.amount })),
    total: amount.amount,
    ...(includedTax && { tax: { percent: includedTax.percent, amount: includedTax.amount.amount } }),
    refunds: refunds.map((refund) => ({
      status: refund.status,
      seats: refund.seats.length,
      amount: refund.amount.amount,
      kept: refund.kept.amount,
      at: refund.updatedAt,
    })),
    refunded: refunded.amount,
  };
}

/** All seats of a drop have one price. Undefined if the order does not add up to that. */
function priceOfSeat({ lines, seats }: ShownOrder): number | undefined {
  const together = lines.find(({ kind }) => kind === 'seats')?.amount.amount ?? 0;
  const price = together / seats.length;
  return Number.isInteger(price) ? price : undefined;
}
