import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import { findAttempt, moveAttempt, type PaymentAttempt } from './payment-attempt.ts';

export type Placed =
  | { kind: 'placed' }
  /** Somebody else owns a seat, or the attempt was given up: the charge has to be given back. */
  | { kind: 'seats_lost' };

/**
 * An approved charge becomes an order: order, seats, payment and the e-mail to send, in one transaction. The unique
 * key on sold seats has the last word on who owns them. Safe to repeat, and by several at once: the attempt's row is
 * locked, and whoever comes second finds it done.
 */
export async function placeOrder(db: Database, paid: PaymentAttempt, ref: string): Promise<Placed> {
  try {
    return await transact(db, async (trx): Promise<Placed> => {
      const attempt = await findAttempt(trx, paid, { lock: true });
      if (attempt?.status === 'approved') return { kind: 'placed' };
      if (attempt?.status !== 'pending') {
        // Given up as declined, yet charged: the money goes back.
        await moveAttempt(trx, paid, 'declined', 'refund_due', { ref });
        return { kind: 'seats_lost' };
      }
      const { holdId, place, buyerId, seats, amount, currency } = attempt;
      await trx('orders').insert({
        id: holdId,
        drop_id: place.dropId,
        partition: place.partition,
        user_id: buyerId,
        attempt: attempt.attempt,
        amount,
        currency,
        status: 'paid',
      });
      await trx('order_seats').insert(seats.map((seat_id) => ({ order_id: holdId, seat_id })));
      await trx('sold_seats').insert(
        seats.map((seat_id) => ({ drop_id: place.dropId, seat_id, order_id: holdId })),
      );
      await trx('outbox').insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: holdId }) });
      await moveAttempt(trx, attempt, 'pending', 'approved', { ref });
      return { kind: 'placed' };
    });
  } catch (error) {
    if (!isDuplicateKey(error, 'sold_seats_one_owner') && !isDuplicateKey(error, 'PRIMARY')) throw error;
    await moveAttempt(db, paid, 'pending', 'refund_due', { ref, reason: 'seats_lost' });
    return { kind: 'seats_lost' };
  }
}
