/** What a buyer can still get in an open drop. Exact figures are sent only to sockets that watch the drop. */
export const availabilities = ['seats', 'few', 'standby', 'none'] as const;
export type Availability = (typeof availabilities)[number];

/** "Few left": at most a tenth of the seats, or five in a small drop. */
const fewShare = 0.1;
const fewSeats = 5;

export function availabilityOf({
  free,
  capacity,
  soldOut,
}: {
  free: number;
  capacity: number;
  soldOut: boolean;
}): Availability {
  if (free === 0) return soldOut ? 'none' : 'standby';
  return free <= Math.max(fewSeats, capacity * fewShare) && free < capacity ? 'few' : 'seats';
}
