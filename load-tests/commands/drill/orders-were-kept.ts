import type { Order } from '../../../proof/orders.ts';
import type { BuyerRecord } from '../../../proof/played/told.ts';
import type { Report } from '../../../proof/violation.ts';

/**
 * Checks rule 6: every order that a buyer was told of is in MySQL, paid by that buyer or refunded since on request,
 * whatever Redis has lost.
 */
export function checkOrdersWereKept(
  buyers: readonly BuyerRecord[],
  orders: readonly Order[],
  report: Report,
): void {
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const { userId, told } of buyers) {
    for (const { entry } of told) {
      if (entry.status !== 'sold') continue;
      const order = byId.get(entry.orderId ?? '');
      const isKept = order?.status === 'paid' || (order !== undefined && order.refunds.length > 0);
      if (order?.user_id !== userId || !isKept)
        report(
          '6 orders survive',
          `buyer ${userId} was told of order ${entry.orderId}, which does not exist`,
          {
            entry,
            order,
          },
        );
    }
  }
}
