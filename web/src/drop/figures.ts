import type { Feed } from '../live/drop-feed.ts';
import { countSeats } from '../seats/count-seats.ts';

/** The numbers of seats in each state, as far as known. Without a socket they are counted from the rows. */
export function figuresOf({ state, rows, link }: Feed) {
  if (link === 'live' || !rows) return state ?? (rows && countSeats(rows));
  return countSeats(rows);
}
