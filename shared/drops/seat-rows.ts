import type { Inventory } from '../inventory/inventory.ts';
import { rowsOf, seatId } from '../inventory/layout.ts';
import type { Database } from '../mysql/connect.ts';
import type { Drop } from './drop.ts';

/**
 * A drop's seats, one string per row, one character per seat, as in `Inventory.seatMap`. Before the drop is stocked all
 * are free. After it has ended and Redis has forgotten it, sold seats are read from MySQL; no seat is held then.
 */
export async function readSeatRows(
  { id, partitions, sections }: Pick<Drop, 'id' | 'partitions' | 'sections'>,
  { db, inventory }: { db: Database; inventory: Pick<Inventory, 'seatMap'> },
): Promise<string[]> {
  const rows = await inventory.seatMap({ id, partitions });
  if (rows.length > 0) return rows;
  const list: { seat_id: string }[] = await db('sold_seats').where({ drop_id: id }).select('seat_id');
  const sold = new Set(list.map(({ seat_id }) => seat_id));
  return rowsOf(sections).map(({ seats }, row) =>
    Array.from({ length: seats }, (_, index) => (sold.has(seatId(row, index + 1)) ? 's' : '.')).join(''),
  );
}
