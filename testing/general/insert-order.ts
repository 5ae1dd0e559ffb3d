import type { Database } from '../../shared/mysql/connect.ts';

let last = 0;

/** Writes a paid order and its outbox row, as checkout does. Returns the order's id. */
export async function insertOrder(
  db: Database,
  { dropId, userId, seats }: { dropId: number; userId: number; seats: readonly string[] },
): Promise<string> {
  last += 1;
  const id = `${String(last).padStart(14, '0')}-0`;
  await db('orders').insert({
    id,
    drop_id: dropId,
    user_id: userId,
    partition: 0,
    attempt: 1,
    amount: 9000,
    currency: 'EUR',
    status: 'paid',
  });
  await db('order_seats').insert(seats.map((seat_id) => ({ order_id: id, seat_id })));
  await db('outbox').insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: id }) });
  return id;
}
