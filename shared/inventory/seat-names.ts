/**
 * What a seat is called in its event. A seat id is unique in its drop only; ids of two drops mean the same seat if
 * section, row and number agree. So a section belongs to one drop of the event: every section of that name has a row 1,
 * seat 1.
 */
import { parseSeatId, type Section } from './layout.ts';

/** Unique in the event; the columns of the unique key in MySQL that has the last word on it. */
export type SeatName = { section_key: string; row_label: string; seat_number: number };

/** The column's length. NFKC can turn one character into eighteen, so the key of a name of 50 could be longer. */
const longestKey = 255;

/**
 * Section names with the same key look the same to people. They are compared in Unicode's NFKC, ignoring case in every
 * language, spaces at the ends, repeated spaces and invisible characters. Accents count.
 */
export function sectionKey(name: string): string {
  const compatible = name.toWellFormed().normalize('NFKC');
  // To upper case first: ß becomes SS, and both lower-case sigmas become the same letter.
  const caseless = compatible.toUpperCase().toLowerCase().normalize('NFKC');
  const seen = caseless.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  const key = seen.replaceAll(/\s+/g, ' ').trim();
  return key.slice(0, longestKey).toWellFormed();
}

/**
 * The name in the event of the seat with this id in its drop.
 * @throws {RangeError} if the drop has no such seat
 */
export function seatNameOf(id: string, sections: readonly Section[]): SeatName {
  const { row, number } = parseSeatId(id);
  let first = 0;
  for (const { name, rows, seatsPerRow } of sections) {
    if (row < first + rows && number <= seatsPerRow)
      return { section_key: sectionKey(name), row_label: String(row - first + 1), seat_number: number };
    if (row < first + rows) break;
    first += rows;
  }
  throw new RangeError(`no seat ${id}`);
}

type Named = { name: string };

/** Whether two sections of one drop have the same name. */
export function hasSectionTwice(sections: readonly Named[]): boolean {
  return new Set(sections.map(({ name }) => sectionKey(name))).size < sections.length;
}

/** The sections that another drop of the event has as well: index and name, and that drop. */
export function takenSections<D extends { sections: readonly Named[] }>(
  sections: readonly Named[],
  others: readonly D[],
): { index: number; name: string; drop: D }[] {
  const owners = new Map(
    others.flatMap((drop) => drop.sections.map(({ name }): [string, D] => [sectionKey(name), drop])),
  );
  return sections.flatMap(({ name }, index) => {
    const drop = owners.get(sectionKey(name));
    return drop ? [{ index, name, drop }] : [];
  });
}
