import { capacityOf, type Section } from '@seatdrop/shared/inventory/layout.ts';
import type { SectionValues } from './drop-values.ts';

/** The sections that can be drawn as they are typed; the schema says of the others what is wrong with them. */
export function drawnSections(typed: readonly SectionValues[]): Section[] {
  return typed.flatMap(({ name, rows, seatsPerRow }, index) => {
    const section = {
      name: name.trim() || String(index + 1),
      rows: Number(rows),
      seatsPerRow: Number(seatsPerRow),
    };
    const isWhole = Number.isInteger(section.rows) && Number.isInteger(section.seatsPerRow);
    const fits =
      section.rows >= 1 && section.rows <= 500 && section.seatsPerRow >= 1 && section.seatsPerRow <= 200;
    return isWhole && fits ? [section] : [];
  });
}

export const seatsIn = (sections: readonly Section[]): number => capacityOf(sections);
