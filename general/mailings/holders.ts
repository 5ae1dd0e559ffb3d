/**
 * Ticket holders: buyers who have a ticket of a drop, or of any drop of an event. An order is `paid` as long as it has a
 * seat that is not refunded.
 */
import type { Database } from '../../shared/mysql/connect.ts';
import type { MailingRow } from './mailing-row.ts';

export type HolderScope = { eventId: number; dropId?: number | null | undefined };

function ordersIn(db: Database, { eventId, dropId }: HolderScope) {
  const orders = db('orders as o').join('drops as d', 'd.id', 'o.drop_id').where('d.event_id', eventId);
  if (dropId != null) void orders.where('d.id', dropId);
  return orders;
}

export async function countHolders(db: Database, scope: HolderScope) {
  const paid = () => ordersIn(db, scope).where('o.status', 'paid');
  const [[people], [seats], amounts] = await Promise.all([
    paid().select(db.raw('count(distinct o.user_id) as holders, count(*) as orders')) as unknown as Promise<
      [{ holders: number; orders: number }]
    >,
    paid()
      .join('order_seats as s', 's.order_id', 'o.id')
      .whereNull('s.refund')
      .select(db.raw('count(*) as tickets')) as unknown as Promise<[{ tickets: number }]>,
    amountsOf(db, paid()).groupBy('o.currency').orderBy('o.currency').select('o.currency') as Promise<
      { amount: string | number; currency: string }[]
    >,
  ]);
  return {
    ...people,
    ...seats,
    // A sum is a decimal number, which the driver returns as text.
    paid: amounts.map(({ amount, currency }) => ({ amount: Number(amount), currency })),
  };
}

/** What these orders paid, less what earlier refunds gave back or kept. */
function amountsOf(db: Database, orders: ReturnType<typeof ordersIn>, exceptReason = '') {
  const refunded = db('refunds as r')
    .whereRaw('r.order_id = o.id')
    .whereNot('r.reason', exceptReason)
    .select(db.raw('coalesce(sum(r.amount + r.kept), 0)'));
  return orders.select(db.raw('sum(o.amount - (?)) as amount', [refunded]));
}

/**
 * The orders by which buyers get a mailing: those of its time. Of a cancelled event these are the orders that its
 * cancellation refunds, not those that were refunded before, or by the earlier cancellation of a drop.
 */
function ordersOf(db: Database, mailing: MailingRow) {
  const { event_id, drop_id, kind, written_at } = mailing;
  const orders = ordersIn(db, { eventId: event_id, dropId: drop_id }).where('o.created_at', '<=', written_at);
  if (kind !== 'cancelled') return orders.where('o.status', 'paid');
  const seats = db('order_seats as s')
    .leftJoin('refunds as r', (on) => void on.on('r.order_id', 's.order_id').andOn('r.number', 's.refund'))
    .whereRaw('s.order_id = o.id')
    .where((left) => {
      void left
        .where('r.reason', 'cancelled')
        .orWhere((unwritten) => void unwritten.whereNull('s.refund').whereNot('o.status', 'refunded'));
    });
  return orders
    .join('events as e', 'e.id', 'd.event_id')
    .whereRaw('d.cancelled_at = e.event_cancelled_at')
    .whereExists(seats);
}

/** The next holders that a mailing goes to, by their id. */
export async function nextHolders(
  db: Database,
  mailing: MailingRow,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows: { user_id: number }[] = await ordersOf(db, mailing)
    .where('o.user_id', '>', after)
    .orderBy('o.user_id')
    .limit(limit)
    .distinct('o.user_id');
  return rows.map(({ user_id }) => user_id);
}

/** How many holders a mailing goes to. */
export async function countMailed(db: Database, mailing: MailingRow): Promise<number> {
  const [row]: { holders: number }[] = await ordersOf(db, mailing).select(
    db.raw('count(distinct o.user_id) as holders'),
  );
  return row?.holders ?? 0;
}

export type StillHolder = { userId: number; amount: number; currency: string };

/**
 * Those of these users who are still meant by a mailing, with what their orders are worth, by currency: for a cancelled
 * event that is what they get back.
 */
export async function stillHolders(
  db: Database,
  mailing: MailingRow,
  userIds: readonly number[],
): Promise<StillHolder[]> {
  const orders = ordersOf(db, mailing).whereIn('o.user_id', [...userIds]);
  const rows: (Omit<StillHolder, 'amount'> & { amount: string | number })[] = await amountsOf(
    db,
    orders,
    'cancelled',
  )
    .groupBy('o.user_id', 'o.currency')
    .select({ userId: 'o.user_id', currency: 'o.currency' });
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
