import type { z } from 'zod';
import type { order } from '../../shared/contract/orders.ts';
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import {
  readOrderSeats,
  readRefunds,
  type OrderSeat,
  type OrderStatus,
  type RefundRow,
  type SeatState,
} from '../../shared/drops/order-seats.ts';
import { presentReturns } from '../drops/present-drop.ts';
import { describeSeat, rowsOf } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { FrozenFacts } from '../receipts/frozen-facts.ts';
import { presentBreakdown, type BreakdownRow } from './breakdown.ts';

export type OrderRow = BreakdownRow & {
  id: string;
  drop_id: number;
  user_id: number;
  status: OrderStatus;
  created_at: Date;
  /** As JSON. Null in orders of the previous version that had no receipt yet. */
  receipt: string | FrozenFacts | null;
};

type Presented = z.input<typeof order>;
type OrderedDrop = Pick<Drop, 'eventId' | 'sections' | 'returns'>;

/** For whom an order is shown: `staff` are the organizer of its drop and admins, who also see why a refund failed. */
type Reader = 'buyer' | 'staff';

/** Orders as the API shows them, in the given order, with the names of their seats. */
export async function presentOrders(
  db: Database,
  orders: readonly OrderRow[],
  reader: Reader = 'buyer',
): Promise<Presented[]> {
  return orders.map(await orderPresenter(db, orders, reader));
}

/** Presents each of these orders. Four queries, however many orders. */
export async function orderPresenter(
  db: Database,
  orders: readonly OrderRow[],
  reader: Reader,
): Promise<(order: OrderRow) => Presented> {
  const orderIds = orders.map((row) => row.id);
  const [drops, seats, refunds] = await Promise.all([
    loadDrops(db, { ids: [...new Set(orders.map((row) => row.drop_id))] }),
    readOrderSeats(db, { orderIds }),
    readRefunds(db, { orderIds }),
  ]);
  const seatsOf = Map.groupBy(seats, (seat) => seat.order_id);
  const refundsOf = Map.groupBy(refunds, (refund) => refund.order_id);
  const dropOf = new Map(drops.map((drop) => [drop.id, drop]));
  return (row) =>
    present(row, dropOf.get(row.drop_id)!, seatsOf.get(row.id) ?? [], {
      refunds: refundsOf.get(row.id) ?? [],
      reader,
    });
}

/** An order just placed, whose drop and seats are known. */
export function presentOrder(row: OrderRow, drop: OrderedDrop, seatIds: readonly string[]): Presented {
  const state = row.status === 'paid' ? 'valid' : 'due';
  return present(
    row,
    drop,
    seatIds.map((seat_id) => ({ seat_id, refund: null, state })),
    { refunds: [], reader: 'buyer' },
  );
}

function present(
  row: OrderRow,
  drop: OrderedDrop,
  seats: readonly Pick<OrderSeat, 'seat_id' | 'refund' | 'state'>[],
  { refunds, reader }: { refunds: readonly RefundRow[]; reader: Reader },
): Presented {
  const rows = rowsOf(drop.sections);
  const { currency } = row;
  return {
    id: row.id,
    dropId: row.drop_id,
    eventId: drop.eventId,
    status: shownStatus(row, refunds),
    amount: { amount: row.amount, currency },
    ...presentBreakdown(row),
    refunded: { amount: givenBack(row, refunds), currency },
    seats: seats
      .map(({ seat_id, state }) => ({ ...describeSeat(seat_id, rows), state: shownState[state] }))
      .toSorted(bySeatId),
    refunds: refunds.map((refund) => presentRefund(refund, seats, reader)),
    ...presentReturns(drop),
    createdAt: row.created_at.toISOString(),
  };
}

const shownState: Record<SeatState, Presented['seats'][number]['state']> = {
  valid: 'valid',
  due: 'refunding',
  refunded: 'refunded',
  reopened: 'refunded',
};

/** The previous version refunded orders as a whole, without a row for the refund. */
function givenBack({ status, amount }: OrderRow, refunds: readonly RefundRow[]): number {
  if (refunds.length === 0) return status === 'refunded' ? amount : 0;
  return refunds.reduce((sum, refund) => (isGivenBack(refund) ? sum + refund.amount : sum), 0);
}

function shownStatus({ status }: OrderRow, refunds: readonly RefundRow[]): Presented['status'] {
  if (status === 'paid') return status;
  const isOpen = status === 'refund_due' || refunds.some(({ returned_at }) => returned_at !== null);
  return isOpen ? 'refunding' : status;
}

/** Not if the bank has sent the money back since. */
const isGivenBack = ({ status, returned_at }: Pick<RefundRow, 'status' | 'returned_at'>) =>
  status === 'done' && returned_at === null;

function presentRefund(
  { currency, ...refund }: RefundRow,
  seats: readonly Pick<OrderSeat, 'seat_id' | 'refund'>[],
  reader: Reader,
): Presented['refunds'][number] {
  const { failure: reason, tries } = refund;
  return {
    number: refund.number,
    status: isGivenBack(refund) ? 'done' : 'due',
    seats: seats.filter((seat) => seat.refund === refund.number).map(({ seat_id }) => seat_id),
    amount: { amount: refund.amount, currency },
    kept: { amount: refund.kept, currency },
    reason: refund.reason,
    requestedAt: refund.created_at.toISOString(),
    updatedAt: refund.updated_at.toISOString(),
    ...(reader === 'staff' && refund.asked_as !== null && { requestedAs: refund.asked_as }),
    ...(reader === 'staff' && refund.asker !== null && { requestedBy: refund.asker }),
    ...(reader === 'staff' && reason !== null && { failure: { reason, tries } }),
  };
}

/** Orders by row, then by number; the database sorts ids as text. */
export function bySeatId(a: { id: string }, b: { id: string }): number {
  const [rowA = 0, numberA = 0] = a.id.split('.').map(Number);
  const [rowB = 0, numberB = 0] = b.id.split('.').map(Number);
  return rowA - rowB || numberA - numberB;
}
