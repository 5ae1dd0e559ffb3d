/** Where each seat of a drop is on the plan: rows front to back, gently bent around the stage. */
import { rowsOf, type Section } from '../../../shared/inventory/layout.ts';

/** Units of the plan from one seat to the next. */
const pitch = 10;
const margin = 16;

export type PlanRow = { index: number; section: string; label: string; seats: number; x: number; y: number };
export type PlanSection = { name: string; x: number; y: number };
export type Plan = {
  width: number;
  height: number;
  rows: PlanRow[];
  sections: PlanSection[];
  bend: number;
  /** Size of the words on it: the larger the plan, the smaller it is shown. */
  letters: number;
};

export function planOf(sections: readonly Section[]): Plan {
  const rows = rowsOf(sections);
  const widest = Math.max(...rows.map(({ seats }) => seats));
  const width = Math.max(widest, 22) * pitch + 2 * margin;
  const bend = Math.min(widest * 1.1, 60);
  const letters = Math.max(9, width / 48);
  const sectionGap = letters * 2.6;
  // As far below the stage as the ends of the first row are bent up towards it.
  const firstHalf = ((rows[0]?.seats ?? 0) * pitch) / width;
  let y = margin + bend * firstHalf * firstHalf + letters * 4.2;
  let last: string | undefined;
  const placed: PlanRow[] = [];
  const named: PlanSection[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.section !== last) {
      y += last === undefined ? 0 : sectionGap;
      named.push({
        name: shortened(row.section, (0.6 * width) / letters),
        x: width / 2,
        y: y - letters * 0.95,
      });
      last = row.section;
    }
    placed.push({ index, ...row, x: (width - (row.seats - 1) * pitch) / 2, y });
    y += pitch;
  }
  return { width, height: y + margin - pitch, rows: placed, sections: named, bend, letters };
}

const characters = new Intl.Segmenter();

/**
 * What of a name fits between the ends of its row, which are bent up beside it; the whole of it stands in the table.
 * `room`: in widths of a wide character. Others are a little more than half as wide.
 */
function shortened(name: string, room: number): string {
  let left = room;
  let fitting = '';
  for (const { segment } of characters.segment(name)) {
    left -=
      /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u.test(
        segment,
      )
        ? 1
        : 0.58;
    if (left < 1) return `${fitting.trimEnd()}…`;
    fitting += segment;
  }
  return name;
}

/** The ends of a row are nearer to the stage than its middle. */
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
