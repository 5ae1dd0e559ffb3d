/** Seats grouped by row, for display. */
import { rowsOf, type Section } from '@seatdrop/shared/inventory/layout.ts';
import { readSeatId } from './geometry.ts';

export type SeatGroup = { section: string; row: string; numbers: number[] };

export function groupSeats(ids: readonly string[], sections: readonly Section[]): SeatGroup[] {
  const rows = rowsOf(sections);
  const groups = new Map<number, SeatGroup>();
  for (const id of ids) {
    const { row, number } = readSeatId(id);
    const found = rows[row];
    if (!found) continue;
    const group = groups.get(row) ?? { section: found.section, row: found.label, numbers: [] };
    group.numbers.push(number);
    groups.set(row, group);
  }
  const inOrder = [...groups].toSorted(([a], [b]) => a - b);
  return inOrder.map(([, group]) => ({ ...group, numbers: group.numbers.toSorted((a, b) => a - b) }));
}
