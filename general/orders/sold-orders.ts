import type { z } from 'zod';
import type { soldOrder } from '../../shared/contract/orders.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { cutPage, following, readCursor } from '../http/cursor.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';
import { readPaymentMarks } from './payment-marks.ts';

type SoldOrder = z.input<typeof soldOrder>;
type SeatRow = { order_id: string; seat_id: string };
type UsedRow = SeatRow & { checked_in_at: Date };
export type SoldRow = OrderRow & { attempt: number; updated_at: Date; name: string; email: string };

/** A page of a drop's orders with their buyers, the newest first. */
export async function soldOrders(
  db: Database,
  dropId: number,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ items: SoldOrder[]; next: string | null }> {
  const cursor = readCursor(after);
  const rows: SoldRow[] = await db('orders')
    .join('users', 'users.id', 'orders.user_id')
    .where('orders.drop_id', dropId)
    .modify((query) => {
      if (cursor) following('desc', { 'orders.created_at': cursor.time, 'orders.id': cursor.key })(query);
    })
    .orderBy([
      { column: 'orders.created_at', order: 'desc' },
      { column: 'orders.id', order: 'desc' },
    ])
    .limit(limit + 1)
    .select('orders.*', 'users.name', 'users.email');
  const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }));
  return { items: await presentSoldOrders(db, page), next };
}

/** Orders as their organizer sees them, in the given order. */
export async function presentSoldOrders(db: Database, rows: readonly SoldRow[]): Promise<SoldOrder[]> {
  const ids = rows.map(({ id }) => id);
  const [presented, used, withheld, marks] = await Promise.all([
    presentOrders(db, rows, 'staff'),
    db<UsedRow>('check_ins').whereIn('order_id', ids).select('order_id', 'seat_id', 'checked_in_at'),
    db<SeatRow>('sold_seats')
      .whereIn('order_id', ids)
      .whereNotNull('withheld_at')
      .select('order_id', 'seat_id'),
    readPaymentMarks(db, rows),
  ]);
  const key = ({ order_id, seat_id }: SeatRow) => `${order_id} ${seat_id}`;
  const usedAt = new Map(used.map((row) => [key(row), row.checked_in_at]));
  const kept = new Set(withheld.map(key));
  return rows.map((row, index) => ({
    ...presented[index]!,
    seats: presented[index]!.seats.map((seat) => {
      const at = usedAt.get(key({ order_id: row.id, seat_id: seat.id }));
      return {
        ...seat,
        ...(at && { checkedInAt: at.toISOString() }),
        ...(kept.has(key({ order_id: row.id, seat_id: seat.id })) && { withheld: true as const }),
      };
    }),
    ...marks.get(row.id),
    buyer: { id: row.user_id, name: row.name, email: row.email },
    updatedAt: row.updated_at.toISOString(),
  }));
}
