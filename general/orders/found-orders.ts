/** Orders of any drops as their organizers see them. */
import type { z } from 'zod';
import type { foundOrder } from '../../shared/contract/orders.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Cursor } from '../http/cursor.ts';
import { presentSoldOrders, type SoldRow } from './sold-orders.ts';

type FoundRow = SoldRow & { title: string };

/** Of these orders, or of those of a buyer, the newest, after the cursor. */
export async function newestOrders(
  db: Database,
  which: readonly string[] | { buyer: number },
  limit: number,
  cursor?: Cursor,
): Promise<FoundRow[]> {
  return db('orders')
    .join('users', 'users.id', 'orders.user_id')
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .modify((query) => {
      if ('buyer' in which) void query.where('orders.user_id', which.buyer);
      else void query.whereIn('orders.id', which);
      if (cursor) void query.whereRaw('(orders.created_at, orders.id) < (?, ?)', [cursor.time, cursor.key]);
    })
    .orderBy([
      { column: 'orders.created_at', order: 'desc' },
      { column: 'orders.id', order: 'desc' },
    ])
    .limit(limit)
    .select('orders.*', 'users.name', 'users.email', 'events.title');
}

export async function presentFoundOrders(
  db: Database,
  rows: readonly FoundRow[],
): Promise<z.input<typeof foundOrder>[]> {
  const shown = await presentSoldOrders(db, rows);
  return shown.map((order, at) => ({ ...order, eventTitle: rows[at]!.title }));
}
