import type { Feed } from '../live/drop-feed.ts';
import { countSeats } from '../seats/count-seats.ts';

/** Seats of a drop as they stand, as far as is known. Without a socket they are counted from the seats. */
export function figuresOf({ state, rows, link }: Feed) {
  if (link === 'live' || !rows) return state ?? (rows && countSeats(rows));
  return countSeats(rows);
}
