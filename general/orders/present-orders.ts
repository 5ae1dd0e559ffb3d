import type { z } from 'zod';
import type { order } from '../../shared/contract/orders.ts';
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import { describeSeat, rowsOf } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';

export type OrderRow = {
  id: string;
  drop_id: number;
  user_id: number;
  status: 'paid' | 'refund_due' | 'refunded';
  amount: number;
  currency: string;
  created_at: Date;
};

type Presented = z.input<typeof order>;

/**
 * Orders as the API shows them, in the given order, with the names of their seats. Three queries, however many
 * orders.
 */
export async function presentOrders(db: Database, orders: readonly OrderRow[]): Promise<Presented[]> {
  const [drops, seats] = await Promise.all([
    loadDrops(db, { ids: [...new Set(orders.map((row) => row.drop_id))] }),
    db<{ order_id: string; seat_id: string }>('order_seats').whereIn(
      'order_id',
      orders.map((row) => row.id),
    ),
  ]);
  const seatsOf = Map.groupBy(seats, (seat) => seat.order_id);
  const dropOf = new Map(drops.map((drop) => [drop.id, drop]));
  return orders.map((row) => {
    const ids = (seatsOf.get(row.id) ?? []).map(({ seat_id }) => seat_id);
    return presentOrder(row, dropOf.get(row.drop_id)!, ids);
  });
}

/** One order whose drop and seats are known. */
export function presentOrder(
  row: OrderRow,
  { eventId, sections }: Pick<Drop, 'eventId' | 'sections'>,
  seatIds: readonly string[],
): Presented {
  const rows = rowsOf(sections);
  return {
    id: row.id,
    dropId: row.drop_id,
    eventId,
    status: row.status === 'refund_due' ? 'refunding' : row.status,
    amount: { amount: row.amount, currency: row.currency },
    seats: seatIds.map((seat) => describeSeat(seat, rows)).toSorted(bySeatId),
    createdAt: row.created_at.toISOString(),
  };
}

/** Orders by row, then by number; the database sorts ids as text. */
export function bySeatId(a: { id: string }, b: { id: string }): number {
  const [rowA = 0, numberA = 0] = a.id.split('.').map(Number);
  const [rowB = 0, numberB = 0] = b.id.split('.').map(Number);
  return rowA - rowB || numberA - numberB;
}
