/** Result of a benchmark. `ratio` is the median of `value` / `reference` over the rounds; null without a reference. */
export type Finding = {
  value: number;
  unit: string;
  reference: number | null;
  ratio: number | null;
  /** More figures for the JSON line. */
  more?: Record<string, number>;
  /** Header first. */
  table: string[][];
  /** What a reader must know to interpret the figures. */
  notes?: string[];
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) throw new RangeError('median of no values');
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `median (lowest–highest)` */
export function spread(values: readonly number[], digits = 0): string {
  const show = (value: number) => number(value, digits);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Lays out a table as text: the first column is left-aligned, figures are right-aligned. */
export function layOut(table: readonly string[][]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table
    .map((cells) => {
      const padded = cells.map((cell, at) =>
        at === 0 ? cell.padEnd(widths?.[at] ?? 0) : cell.padStart(widths?.[at] ?? 0),
      );
      return `  ${padded.join('  ')}`.trimEnd();
    })
    .join('\n');
}
