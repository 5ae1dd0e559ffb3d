import type { Drop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { partInSql } from '../orders/breakdown.ts';

type Money = { amount: number; currency: string };
export type Takings = {
  /** Paid orders, without those of which all is refunded or being refunded. */
  orders: number;
  /** What was paid, less refunds. */
  revenue: Money;
  /** Refunds that were made or will be. */
  refunds: Money;
  /** Parts of what was paid for the orders that are counted. */
  fees: Money;
  platformFees: Money;
  includedTax: Money;
};

type Part = 'fees' | 'platform_fees' | 'tax';

/** Revenue and refunds of a drop, in the currency of its price. */
export async function readTakings(db: Database, { id, price: { currency } }: Drop): Promise<Takings> {
  type Row = { status: string; orders: number } & Record<'amount' | Part, string | number>;
  const rows: Row[] = await db('orders')
    .where({ drop_id: id })
    .groupBy('status')
    .select(
      'status',
      db.raw('count(*) as orders'),
      db.raw('sum(amount) as amount'),
      ...(['fees', 'platform_fees', 'tax'] as const).map((part) =>
        db.raw(`sum(${partInSql(part)}) as ${part}`),
      ),
    );
  const written: { status: string; amount: string | number; kept: string | number }[] = await db('refunds')
    .join('orders', 'orders.id', 'refunds.order_id')
    .where({ drop_id: id })
    .groupBy('orders.status')
    .select('orders.status', db.raw('sum(refunds.amount) as amount'), db.raw('sum(kept) as kept'));
  const sum = (list: readonly { amount: string | number }[]) =>
    list.reduce((all, { amount }) => all + Number(amount), 0);
  const partOf = (part: Part): Money => ({
    amount: Number(rows.find(({ status }) => status === 'paid')?.[part] ?? 0),
    currency,
  });
  const paid = sum(rows);
  // An order that is not paid any more has no part that stays, except what was kept: also before its refund is written.
  const refunded =
    sum(rows.filter(({ status }) => status !== 'paid')) -
    sum(written.filter(({ status }) => status !== 'paid').map(({ kept }) => ({ amount: kept }))) +
    sum(written.filter(({ status }) => status === 'paid'));
  return {
    orders: rows.find(({ status }) => status === 'paid')?.orders ?? 0,
    revenue: { amount: paid - refunded, currency },
    refunds: { amount: refunded, currency },
    fees: partOf('fees'),
    platformFees: partOf('platform_fees'),
    includedTax: partOf('tax'),
  };
}
