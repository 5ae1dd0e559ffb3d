/**
 * What a seat is called in its event. A seat id is unique in its drop only; two ids of two drops are one and the same
 * seat when section, row and number agree. So a section is in one drop of an event: row 1, seat 1 is in each of that name.
 */
import { parseSeatId, type Section } from './layout.ts';

/** Unique in the event, as columns of MySQL, whose unique key has the last word on it. */
export type SeatName = { section_key: string; row_label: string; seat_number: number };

/** NFKC can make eighteen characters of one, so that a name of 50 could become longer than the column. */
const longestKey = 255;

/**
 * Two names of sections with the same key are the same to people: compared in Unicode's NFKC, without case in any
 * language, without blanks around or doubled, and without characters that nobody sees. Accents count.
 */
export function sectionKey(name: string): string {
  const compatible = name.toWellFormed().normalize('NFKC');
  // First to capitals: ß becomes SS, and the two small sigmas one.
  const caseless = compatible.toUpperCase().toLowerCase().normalize('NFKC');
  const seen = caseless.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  const key = seen.replaceAll(/\s+/g, ' ').trim();
  return key.slice(0, longestKey).toWellFormed();
}

/**
 * The seat that an id names in its drop.
 * @throws {RangeError} when the drop has no such seat
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

/** The sections, by index, that one of the other drops of the event has as well, and that drop. */
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
