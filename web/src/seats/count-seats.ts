/**
 * The state that one character of a row stands for. Seats that are moving (`-`) between partitions cannot be
 * bought.
 */
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
