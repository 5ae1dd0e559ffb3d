/** Reads a search text as a seat, as pages, mails and tickets write it. */
import { seatId, type Section } from '../../shared/inventory/layout.ts';
import { sectionKey } from '../../shared/inventory/seat-names.ts';

export type SeatSearched =
  /** As the API writes it. */
  | { kind: 'id'; seatId: string }
  /** `section`: the beginning of its name, compared as seat names are; empty for any. */
  | { kind: 'name'; section: string; row: number; number: number };

/** `Stalls, row 2, seat 5`, `Stalls 2 5`, `2/5`, `A 區 2 排 5 號`. The row and the seat are the last two numbers. */
const named =
  /^(?<section>.*?)[\s,]*(?:row\s*)?(?<row>\d{1,4})(?:\s*[排列]\s*|[\s,:/]+(?:seat\s*)?)(?<number>\d{1,3})\s*[號号座]?$/iu;

/** Returns undefined if the text names no seat. */
export function readSeat(text: string): SeatSearched | undefined {
  if (/^\d{1,5}\.[1-9]\d{0,2}$/.test(text)) return { kind: 'id', seatId: text };
  const { section = '', row = '', number = '' } = named.exec(text.normalize('NFKC'))?.groups ?? {};
  if (row === '' || (section !== '' && /\d$/.test(section))) return undefined;
  return { kind: 'name', section: sectionKey(section), row: Number(row), number: Number(number) };
}

/** The ids of the seats of a drop with these sections that the search means. */
export function seatsMeant(seat: SeatSearched, sections: readonly Section[]): string[] {
  if (seat.kind === 'id') return [seat.seatId];
  const { section, row, number } = seat;
  let first = 0;
  return sections.flatMap(({ name, rows, seatsPerRow }) => {
    const index = first + row - 1;
    first += rows;
    const isThere = row >= 1 && row <= rows && number >= 1 && number <= seatsPerRow;
    return isThere && sectionKey(name).startsWith(section) ? [seatId(index, number)] : [];
  });
}
