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
  /** The device that scanned it, and the name of its door. */
  device: string | null;
  door: string | null;
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

/** A scan that arrives late must not repeat a check-in that somebody has undone. */
export async function wasUndone(trx: Database, ticket: Ticket, nonce: string): Promise<boolean> {
  const found = await trx<UndoneRow>('undone_check_ins')
    .where({ ...ofTicket(ticket), nonce })
    .first('id');
  return found !== undefined;
}

/** Where a check-in was made, as far as its caller said. */
export function presentPlace({ device, door }: Pick<CheckInRow, 'device' | 'door'>) {
  return { ...(device !== null && { device }), ...(door !== null && { door }) };
}

type Used = { checked_in_at?: Date | null; device?: string | null; door?: string | null };

/** When and where a ticket was used; nothing if it was not. */
export function presentCheckedIn({ checked_in_at, device = null, door = null }: Used) {
  if (!checked_in_at) return {};
  return { checkedIn: { at: checked_in_at.toISOString(), ...presentPlace({ device, door }) } };
}

/** @throws {Problem} ticket_not_valid */
export async function describeTicket(db: Database, { orderId, seatId }: Ticket) {
  const [order] = await presentOrders(db, await db<OrderRow>('orders').where({ id: orderId }));
  const seat = order?.seats.find(({ id }) => id === seatId);
  if (!order || !seat) throw new Problem('ticket_not_valid');
  return { order, seat };
}
