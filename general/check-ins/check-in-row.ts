import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { presentOrders, type OrderRow } from '../orders/present-orders.ts';
import type { Ticket } from './ticket.ts';

export type CheckInRow = {
  order_id: string;
  seat_id: string;
  event_id: number;
  checked_in_by: number;
  checked_in_at: Date;
  /** The caller's own id of this check-in, so that the call can be repeated; null if the caller sent none. */
  nonce: string | null;
};

/** A check-in that was undone. */
export type UndoneRow = CheckInRow & {
  id: number;
  undone_by: number;
  undone_at: Date;
  undo_nonce: string | null;
};

export const ofTicket = ({ orderId, seatId }: Ticket) => ({ order_id: orderId, seat_id: seatId });

export function findCheckIn(db: Database, ticket: Ticket): Promise<CheckInRow | undefined> {
  return db<CheckInRow>('check_ins').where(ofTicket(ticket)).first();
}

/** Whether this seat of its order was refunded, or will be. The caller has locked the order. */
export async function isRefunded(trx: Database, ticket: Ticket): Promise<boolean> {
  const row = await trx<{ refund: number | null }>('order_seats').where(ofTicket(ticket)).first('refund');
  return row !== undefined && row.refund !== null;
}

/** @throws {Problem} ticket_not_valid */
export async function describeTicket(db: Database, { orderId, seatId }: Ticket) {
  const [order] = await presentOrders(db, await db<OrderRow>('orders').where({ id: orderId }));
  const seat = order?.seats.find(({ id }) => id === seatId);
  if (!order || !seat) throw new Problem('ticket_not_valid');
  return { order, seat };
}
