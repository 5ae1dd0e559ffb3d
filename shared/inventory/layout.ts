/**
 * Where seats are and which is better. A drop's sections become rows, best row first; a seat's id is its row and its
 * number in the row, `row.number` (row from 0, number from 1), and never changes.
 *
 * Rank, lower is better: rows in the order of the sections and front to back; within a row from the middle outwards,
 * of two seats equally far from it the one with the lower number first.
 */

export type Section = { name: string; rows: number; seatsPerRow: number };

export type Row = {
  section: string;
  /** As printed on tickets, from 1 in each section. */ label: string;
  seats: number;
};

export type Seat = { id: string; section: string; row: string; number: number };

/** All rows of a drop, best first. Row N of the drop is element N. */
export function rowsOf(sections: readonly Section[]): Row[] {
  return sections.flatMap(({ name, rows, seatsPerRow }) =>
    Array.from({ length: rows }, (_, index) => ({
      section: name,
      label: String(index + 1),
      seats: seatsPerRow,
    })),
  );
}

export function capacityOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
}

/** The rows a partition starts with: dealt out like cards, so that every partition has good and less good ones. */
export function rowsOfPartition(rows: readonly Row[], partition: number, partitions: number): number[] {
  return rows.map((_, index) => index).filter((index) => index % partitions === partition);
}

/** Which partition decides a buyer's entries. Ids are given in sequence, so the remainder spreads them evenly. */
export function partitionOfBuyer(buyerId: number, partitions: number): number {
  return buyerId % partitions;
}

export function seatId(row: number, number: number): string {
  return `${row}.${number}`;
}

/** @throws {RangeError} if `id` is not the id of a seat in any drop */
export function parseSeatId(id: string): { row: number; number: number } {
  const [, row, number] = /^(0|[1-9]\d*)\.([1-9]\d*)$/.exec(id) ?? [];
  if (row === undefined) throw new RangeError(`no seat ${id}`);
  return { row: Number(row), number: Number(number) };
}

/**
 * The seat with this id.
 * @throws {RangeError} if the drop has no such seat
 */
export function describeSeat(id: string, rows: readonly Row[]): Seat {
  const { row: rowIndex, number } = parseSeatId(id);
  const row = rows[rowIndex];
  if (!row || number > row.seats) throw new RangeError(`no seat ${id}`);
  return { id, section: row.section, row: row.label, number };
}
