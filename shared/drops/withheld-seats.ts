import type { Database } from '../mysql/connect.ts';

/** Reads the seats of refunded orders that stay sold because their tickets were used. */
export async function readWithheld(
  db: Database,
  dropId: number,
): Promise<{ order_id: string; seat_id: string }[]> {
  return db('sold_seats')
    .where({ drop_id: dropId })
    .whereNotNull('withheld_at')
    .select('order_id', 'seat_id');
}
