/** The seats of orders with what became of each, as MySQL has it. */
import type { Database } from '../mysql/connect.ts';

/**
 * `valid`: the order has it. `due`: it will be refunded, the money has not gone back yet. `refunded`: the money has,
 * and Redis may still have the seat as sold. `reopened`: it is back on sale, unless it is withheld.
 */
export type SeatState = 'valid' | 'due' | 'refunded' | 'reopened';

export type OrderSeat = {
  order_id: string;
  seat_id: string;
  /** The number of its refund; null also if the whole order is to be refunded, or the previous version did that. */
  refund: number | null;
  state: SeatState;
};

export type OrderStatus = 'paid' | 'refund_due' | 'refunded';

type Row = Omit<OrderSeat, 'state'> & {
  order_status: OrderStatus;
  order_reopened_at: Date | null;
  refund_status: 'due' | 'done' | null;
  refund_reopened_at: Date | null;
};

/** All seats of these orders, also those that were refunded; of each order in the order of their ids as text. */
export async function readOrderSeats(
  db: Database,
  which: { dropId: number } | { orderIds: readonly string[] },
): Promise<OrderSeat[]> {
  const rows: Row[] = await db('order_seats as s')
    .join('orders as o', 'o.id', 's.order_id')
    .leftJoin('refunds as r', (on) => void on.on('r.order_id', 's.order_id').andOn('r.number', 's.refund'))
    .modify((query) => {
      if ('dropId' in which) void query.where('o.drop_id', which.dropId);
      else void query.whereIn('s.order_id', which.orderIds);
    })
    .orderBy(['s.order_id', 's.seat_id'])
    .select('s.order_id', 's.seat_id', 's.refund')
    .select({ order_status: 'o.status', order_reopened_at: 'o.reopened_at' })
    .select({ refund_status: 'r.status', refund_reopened_at: 'r.reopened_at' });
  return rows.map((row) => ({
    order_id: row.order_id,
    seat_id: row.seat_id,
    refund: row.refund,
    state: stateOf(row),
  }));
}

function stateOf(row: Row): SeatState {
  if (row.refund_status === null) {
    if (row.order_status !== 'refunded') return row.order_status === 'paid' ? 'valid' : 'due';
    return row.order_reopened_at === null ? 'refunded' : 'reopened';
  }
  if (row.refund_status === 'due') return 'due';
  return row.refund_reopened_at === null ? 'refunded' : 'reopened';
}

export type RefundRow = {
  order_id: string;
  number: number;
  amount: number;
  kept: number;
  currency: string;
  reason: 'organizer' | 'buyer' | 'cancelled';
  asked_by: number | null;
  asked_as: string | null;
  /** The name of that user. */
  asker: string | null;
  status: 'due' | 'done';
  provider_ref: string | null;
  tries: number;
  failure: string | null;
  reopened_at: Date | null;
  /** The money has come back since then, and is to be sent again. */
  returned_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

/** All refunds of these orders with the names of those who asked for them, of each order in the order in which they were asked for. */
export async function readRefunds(
  db: Database,
  which: { dropId: number } | { orderIds: readonly string[] },
): Promise<RefundRow[]> {
  const query = db<RefundRow>('refunds')
    .leftJoin('users', 'users.id', 'refunds.asked_by')
    .orderBy(['refunds.order_id', 'refunds.number'])
    .select('refunds.*', { asker: 'users.name' });
  if ('orderIds' in which) return (await query.whereIn('refunds.order_id', which.orderIds)) as RefundRow[];
  const ofDrop = db('orders').where({ drop_id: which.dropId }).select('id');
  return (await query.whereIn('refunds.order_id', ofDrop)) as RefundRow[];
}
