/** The position of each seat on the plan: rows front to back, slightly curved around the stage. */
import { rowsOf, type Section } from '@seatdrop/shared/inventory/layout.ts';

/** Units of the plan from one seat to the next. */
const pitch = 10;
const margin = 16;
/** Of the buyer's own seats, which are the largest. */
const seatRadius = 4.7;
/** Between seats and names. */
const air = 1;

export type PlanRow = { index: number; section: string; label: string; seats: number; x: number; y: number };
export type PlanSection = { name: string; x: number; y: number };
export type Plan = {
  width: number;
  height: number;
  rows: PlanRow[];
  sections: PlanSection[];
  bend: number;
  /** Font size of names on the plan: the larger the plan, the smaller it is displayed. */
  letters: number;
};

export function planOf(sections: readonly Section[]): Plan {
  const rows = rowsOf(sections);
  const widest = Math.max(...rows.map(({ seats }) => seats));
  const width = Math.max(widest, 22) * pitch + 2 * margin;
  const bend = Math.min(widest * 1.1, 60);
  const letters = Math.max(9, width / 48);
  const sectionGap = letters * 2.6;
  const halfWidth = width / 2;
  // How far a name may reach from the middle to the side, where 1 is the whole way. Its letters, about one
  // unit of `letters` high, must fit below the row in front and above the ends of their own row.
  const room = pitch + sectionGap - 2 * (seatRadius + air) - letters;
  const reach = Math.min(0.6, Math.sqrt(room / bend));
  // The ends of the first row are bent towards the stage by this much, so the stage is that far above its
  // middle.
  const firstHalf = ((rows[0]?.seats ?? 0) * pitch) / width;
  let y = margin + bend * firstHalf * firstHalf + letters * 4.2;
  let last: string | undefined;
  const placed: PlanRow[] = [];
  const named: PlanSection[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.section !== last) {
      y += last === undefined ? 0 : sectionGap;
      const { text, wide } = shortened(row.section, (2 * reach * halfWidth) / letters);
      // The ends of a row are bent up beside its name, so the longer the name, the higher it is placed.
      const side = Math.min((wide * letters) / 2, (row.seats * pitch) / 2) / halfWidth;
      const lowest = bend * side * side + seatRadius + air + 0.25 * letters;
      named.push({ name: text, x: halfWidth, y: y - Math.max(lowest, letters * 0.95) });
      last = row.section;
    }
    placed.push({ index, ...row, x: (width - (row.seats - 1) * pitch) / 2, y });
    y += pitch;
  }
  return { width, height: y + margin - pitch, rows: placed, sections: named, bend, letters };
}

const characters = new Intl.Segmenter();

/**
 * As much of a name as fits above its row, and its width; the table has it in full. Both widths assume the
 * widest characters, which are as wide as they are high.
 */
function shortened(name: string, room: number): { text: string; wide: number } {
  let wide = 0;
  let fitting = '';
  for (const { segment } of characters.segment(name)) {
    const next = wide + widthOf(segment);
    if (next > room - 1) return { text: `${fitting.trimEnd()}…`, wide: wide + 1 };
    wide = next;
    fitting += segment;
  }
  return { text: name, wide };
}

function widthOf(character: string): number {
  if (
    /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}MW@%]/u.test(
      character,
    )
  )
    return 1;
  return /^\p{Lu}/u.test(character) ? 0.75 : 0.58;
}

/** How much nearer to the stage a seat is than the middle of its row. */
function lift(plan: Plan, x: number): number {
  const fromMiddle = (x - plan.width / 2) / (plan.width / 2);
  return plan.bend * fromMiddle * fromMiddle;
}

export function seatPoint(plan: Plan, row: PlanRow, number: number): { x: number; y: number } {
  const x = row.x + (number - 1) * pitch;
  return { x, y: row.y - lift(plan, x) };
}

/** The seat at a point of the plan, if there is one. */
export function seatAt(plan: Plan, x: number, y: number): { row: PlanRow; number: number } | undefined {
  const level = y + lift(plan, x);
  const row = plan.rows.find((each) => Math.abs(each.y - level) <= pitch / 2);
  if (!row) return undefined;
  const number = Math.round((x - row.x) / pitch) + 1;
  return number >= 1 && number <= row.seats ? { row, number } : undefined;
}

/** `row.number`, as the server names seats. */
export function readSeatId(id: string): { row: number; number: number } {
  const [row = 0, number = 0] = id.split('.').map(Number);
  return { row, number };
}
