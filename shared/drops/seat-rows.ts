import type { Inventory } from '../inventory/inventory.ts';
import { rowsOf } from '../inventory/layout.ts';
import type { Drop } from './drop.ts';

/** A drop's seats, one string a row, one character a seat, as `Inventory.seatMap`. Before it is stocked all are free. */
export async function readSeatRows(
  { id, partitions, sections }: Pick<Drop, 'id' | 'partitions' | 'sections'>,
  inventory: Pick<Inventory, 'seatMap'>,
): Promise<string[]> {
  const rows = await inventory.seatMap({ id, partitions });
  return rows.length > 0 ? rows : rowsOf(sections).map(({ seats }) => '.'.repeat(seats));
}
