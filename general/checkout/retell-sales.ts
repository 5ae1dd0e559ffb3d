/**
 * Redis can forget a sale: a replica takes over without the last it was sent. The seats then look free, are held by
 * the next buyer, refused by MySQL when that one pays, and refunded, over and over. So whenever Redis knows of fewer
 * sold seats than MySQL, it is told of the sales it lacks.
 */
import { startLoop, type Loop } from '../../shared/loop.ts';
import { places } from '../../shared/inventory/inventory.ts';
import type { SaleDeps } from '../sale-deps.ts';

export type RetellDeps = Pick<SaleDeps, 'db' | 'inventory' | 'log'>;

/** Milliseconds between two looks, and the age from which on Redis should know of an order. */
const usual = { everyMs: 2_000, settledAfterMs: 3_000 };

export function startRetelling(deps: RetellDeps): Loop {
  return startLoop('retell sales', usual.everyMs, deps.log, () => retellSales(deps, usual.settledAfterMs));
}

export async function retellSales(deps: RetellDeps, settledAfterMs: number): Promise<void> {
  for (const drop of await deps.inventory.onSale()) {
    const counts = await deps.inventory.counts(drop);
    if (!counts) continue; // not stocked yet, or Redis lost all of it: nothing that can be told again
    const [row] = await soldSeats(deps, drop.id, settledAfterMs).count({ sold: '*' });
    if (Number(row?.['sold'] ?? 0) > counts.sold) await retell(deps, drop, settledAfterMs);
  }
}

/** Seats of orders that Redis should have heard of by now. */
function soldSeats({ db }: RetellDeps, dropId: number, settledAfterMs: number) {
  return db('sold_seats')
    .join('orders', 'orders.id', 'sold_seats.order_id')
    .where('sold_seats.drop_id', dropId)
    .where('orders.created_at', '<=', new Date(Date.now() - settledAfterMs));
}

async function retell(
  deps: RetellDeps,
  drop: { id: number; partitions: number },
  settledAfterMs: number,
): Promise<void> {
  const { inventory, log } = deps;
  const rows: { id: string; partition: number; user_id: number; seat_id: string }[] = await soldSeats(
    deps,
    drop.id,
    settledAfterMs,
  ).select('orders.id', 'partition', 'user_id', 'seat_id');
  const map = await inventory.seatMap(drop);
  const isSold = (seat: string): boolean => {
    const [seatRow, number] = seat.split('.').map(Number) as [number, number];
    return map[seatRow]?.[number - 1] === 's';
  };
  for (const [holdId, seats] of Map.groupBy(rows, ({ id }) => id)) {
    const [{ partition, user_id: buyerId } = { partition: 0, user_id: 0 }] = seats;
    const place = places(drop.id, drop.partitions)[partition];
    if (!place || seats.every(({ seat_id }) => isSold(seat_id))) continue;
    const sale = { holdId, buyerId, seats: seats.map(({ seat_id }) => seat_id) };
    const told = await inventory.completePayment(place, sale);
    log.warn({ ...place, ...sale, told }, 'Redis had forgotten a sale, and was told again');
  }
}
