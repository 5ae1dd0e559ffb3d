/** Lines of one kind that each VU says; the rest is in the counts, and thousands of lines would hide the first. */
const mostOfAKind = 3;

const counts = new Map<string, number>();

/** Says what went wrong, to standard error. `kind`: what it has in common with others. */
export function complain(kind: string, line: string): void {
  const times = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, times);
  if (times <= mostOfAKind) console.error(line);
  if (times === mostOfAKind) console.error(`${kind}: no more of these are told by this VU`);
}
