import type { Drop } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';

type Money = { amount: number; currency: string };
export type Takings = {
  /** Paid orders, without those refunded or being refunded. */
  orders: number;
  revenue: Money;
  refunds: Money;
};

/** Revenue and refunds of a drop, in the currency of its price. */
export async function readTakings(db: Database, { id, price: { currency } }: Drop): Promise<Takings> {
  const rows: { status: string; orders: number; amount: string | number }[] = await db('orders')
    .where({ drop_id: id })
    .groupBy('status')
    .select('status', db.raw('count(*) as orders'), db.raw('sum(amount) as amount'));
  const sum = (paid: boolean) =>
    rows
      .filter(({ status }) => (status === 'paid') === paid)
      .reduce((all, { amount }) => all + Number(amount), 0);
  return {
    orders: rows.find(({ status }) => status === 'paid')?.orders ?? 0,
    revenue: { amount: sum(true), currency },
    refunds: { amount: sum(false), currency },
  };
}
