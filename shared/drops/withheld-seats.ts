import type { Database } from '../mysql/connect.ts';

/** Seats of refunded orders that stay sold, since their tickets were used. */
export async function readWithheld(
  db: Database,
  dropId: number,
): Promise<{ order_id: string; seat_id: string }[]> {
  return db('sold_seats')
    .where({ drop_id: dropId })
    .whereNotNull('withheld_at')
    .select('order_id', 'seat_id');
}
