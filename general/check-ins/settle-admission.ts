import { transact, type Database } from '../../shared/mysql/connect.ts';
import type { OrderRow } from '../orders/present-orders.ts';
import { findCheckIn, isRefunded, ofTicket, wasUndone, type CheckInRow } from './check-in-row.ts';
import type { Ticket } from './ticket.ts';

/** A person whom a door let in while it had no network. */
export type Admission = {
  event_id: number;
  admitted_by: number;
  admitted_at: Date;
  nonce: string;
  device: string;
  door: string | null;
};

export type DoubleRow = Admission & {
  id: number;
  order_id: string;
  seat_id: string;
  why: 'already_admitted' | 'void';
  received_at: Date;
};

/** `counts`: the check-in that counts, if there is one. */
export type SettledAdmission = {
  result: 'admitted' | 'already_admitted' | 'void' | 'undone' | 'unknown';
  counts?: CheckInRow | undefined;
};

/**
 * Records one admission; repeated with the same nonce, it changes nothing and has the same result. The order's row is
 * locked as in check-in.ts, so of two doors one comes first. Whoever came second is inside all the same: that is recorded.
 */
export function settleAdmission(
  db: Database,
  ticket: Ticket,
  admission: Admission,
): Promise<SettledAdmission> {
  const { nonce, device, door, event_id } = admission;
  return transact(db, async (trx): Promise<SettledAdmission> => {
    const order = await trx<OrderRow>('orders').where({ id: ticket.orderId }).forUpdate().first('status');
    if (!order) return { result: 'unknown' };
    const known = await findCheckIn(trx, ticket);
    if (known?.nonce === nonce) return { result: 'admitted', counts: known };
    const before = await trx<DoubleRow>('double_admissions')
      .where({ ...ofTicket(ticket), nonce })
      .first('why');
    if (before) return { result: before.why, counts: known };
    if (await wasUndone(trx, ticket, nonce)) return { result: 'undone', counts: known };
    const isVoid = order.status !== 'paid' || (await isRefunded(trx, ticket));
    if (known || isVoid) {
      const why = isVoid ? ('void' as const) : ('already_admitted' as const);
      const row = { ...admission, ...ofTicket(ticket), why, received_at: new Date() };
      await trx<DoubleRow>('double_admissions').insert(row);
      return { result: why, counts: known };
    }
    const row = {
      ...ofTicket(ticket),
      event_id,
      checked_in_by: admission.admitted_by,
      checked_in_at: admission.admitted_at,
      nonce,
      device,
      door,
    };
    await trx<CheckInRow>('check_ins').insert(row);
    return { result: 'admitted', counts: row };
  });
}
