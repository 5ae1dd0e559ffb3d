import type { Database } from '../../shared/mysql/connect.ts';
import type { Receipt } from '../../shared/receipt/receipt.ts';
import { orderPresenter, type OrderRow } from '../orders/present-orders.ts';
import { factsOf } from './frozen-facts.ts';
import { receiptOf } from './receipt-of.ts';

/** Makes the receipt of each of these orders. Four queries, however many orders, and more for each of the previous version. */
export async function receiptsFor(
  db: Database,
  timeZone: string,
  orderIds: readonly string[],
): Promise<(orderId: string, locale: Receipt['locale']) => Receipt> {
  const orders = await db<OrderRow>('orders').whereIn('id', orderIds);
  const [present, facts] = await Promise.all([
    orderPresenter(db, orders, 'buyer'),
    Promise.all(orders.map((order) => factsOf(db, order))),
  ]);
  return (orderId, locale) => {
    const at = orders.findIndex(({ id }) => id === orderId);
    return receiptOf(present(orders[at]!), facts[at]!, { locale, timeZone });
  };
}
