import type { z } from 'zod';
import type { soldOrder } from '../../shared/contract/orders.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { presentOrders, type OrderRow } from './present-orders.ts';

type Row = OrderRow & { updated_at: Date; name: string; email: string };

/** A page of a drop's orders with their buyers, the newest first. */
export async function soldOrders(
  db: Database,
  dropId: number,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ items: z.input<typeof soldOrder>[]; next: string | null }> {
  const cursor = readCursor(after);
  const rows: Row[] = await db('orders')
    .join('users', 'users.id', 'orders.user_id')
    .where('orders.drop_id', dropId)
    .modify((query) => {
      if (!cursor) return;
      // The first lets the index find the place, the second is exact.
      void query.where('orders.created_at', '<=', cursor.time);
      void query.whereRaw('(orders.created_at, orders.id) < (?, ?)', [cursor.time, cursor.key]);
    })
    .orderBy([
      { column: 'orders.created_at', order: 'desc' },
      { column: 'orders.id', order: 'desc' },
    ])
    .limit(limit + 1)
    .select('orders.*', 'users.name', 'users.email');
  const { page, next } = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }));
  const presented = await presentOrders(db, page);
  const items = page.map((row, index) => ({
    ...presented[index]!,
    buyer: { id: row.user_id, name: row.name, email: row.email },
    updatedAt: row.updated_at.toISOString(),
  }));
  return { items, next };
}
