/** What one character of a row says. Moving (`-`) seats are on their way between partitions, and not to be had. */
export function stateOf(seat: string | undefined): 'free' | 'held' | 'sold' | 'unknown' {
  if (seat === '.') return 'free';
  if (seat === 's') return 'sold';
  return seat === 'h' || seat === '-' ? 'held' : 'unknown';
}

export function countSeats(rows: readonly string[]) {
  const counts = { free: 0, held: 0, sold: 0, unknown: 0, capacity: 0 };
  for (const row of rows) {
    for (const seat of row) counts[stateOf(seat)] += 1;
    counts.capacity += row.length;
  }
  return counts;
}
