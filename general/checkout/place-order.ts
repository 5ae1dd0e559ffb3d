import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { findAttempt, moveAttempt, type PaymentAttempt } from './payment-attempt.ts';

export type Placed =
  /** `order` where this call placed it; else it was there already. */
  | { kind: 'placed'; order?: OrderRow }
  /** Somebody else owns a seat, or the attempt was given up: the charge has to be given back. */
  | { kind: 'seats_lost' };

/**
 * An approved charge becomes an order: order, seats, payment and the e-mail to send, in one transaction. The unique
 * key on sold seats has the last word on who owns them. Safe to repeat, and by several at once: the attempt is moved
 * on first, which locks its row, and whoever comes second finds it done.
 */
export async function placeOrder(db: Database, paid: PaymentAttempt, ref: string): Promise<Placed> {
  try {
    return await transact(db, async (trx): Promise<Placed> => {
      if (!(await moveAttempt(trx, paid, 'pending', 'approved', { ref }))) {
        const attempt = await findAttempt(trx, paid);
        if (attempt?.status === 'approved') return { kind: 'placed' };
        // Given up as declined, yet charged: the money goes back.
        await moveAttempt(trx, paid, 'declined', 'refund_due', { ref });
        return { kind: 'seats_lost' };
      }
      // What an attempt is for never changes, so what the caller knows of it holds.
      const { holdId, place, buyerId, seats, amount, currency } = paid;
      const order: OrderRow = {
        id: holdId,
        drop_id: place.dropId,
        user_id: buyerId,
        amount,
        currency,
        status: 'paid',
        created_at: new Date(),
      };
      await trx('orders').insert({ ...order, partition: place.partition, attempt: paid.attempt });
      await trx('order_seats').insert(seats.map((seat_id) => ({ order_id: holdId, seat_id })));
      await trx('sold_seats').insert(
        seats.map((seat_id) => ({ drop_id: place.dropId, seat_id, order_id: holdId })),
      );
      await trx('outbox').insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: holdId }) });
      return { kind: 'placed', order };
    });
  } catch (error) {
    if (!isDuplicateKey(error, 'sold_seats_one_owner') && !isDuplicateKey(error, 'PRIMARY')) throw error;
    await moveAttempt(db, paid, 'pending', 'refund_due', { ref, reason: 'seats_lost' });
    return { kind: 'seats_lost' };
  }
}
