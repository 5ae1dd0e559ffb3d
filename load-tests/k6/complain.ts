/**
 * Lines that each VU prints per kind: thousands of lines would hide the first ones, and the counters have the totals.
 */
const maxPerKind = 3;

const counts = new Map<string, number>();

/** Prints an error to standard error. `kind` groups similar errors. */
export function complain(kind: string, line: string): void {
  const times = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, times);
  if (times <= maxPerKind) console.error(line);
  if (times === maxPerKind) console.error(`${kind}: this VU prints no more of these`);
}
