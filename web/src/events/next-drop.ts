/**
 * Which of several drops to show first: one that can be bought, else one to come, else one that may go on,
 * else the latest that is over.
 */
import { serverClock } from '../clock/server-clock.ts';
import type { DropStatus } from '../live/drop-status.ts';
import { dropStatusAt, type ToldDrop } from '../live/use-drop-status.ts';

const order: Record<DropStatus, number> = {
  open: 0,
  few_left: 0,
  scheduled: 1,
  standby: 2,
  paused: 3,
  sold_out: 4,
  closed: 5,
  cancelled: 6,
};

const worthShowing = new Set<DropStatus>(['open', 'few_left', 'scheduled', 'standby']);

/** Milliseconds. A drop that opens this soon comes first, even before those that are open. */
const soonestMs = 60 * 60_000;

export function nextDrop<D extends ToldDrop>(drops: readonly D[]): D | undefined {
  return ranked(drops, (drop) => drop)[0]?.item;
}

/** The drop to show above all others on the home page; undefined if none is open or to come. */
export function featuredDrop<Item>(
  items: readonly Item[],
  dropOf: (item: Item) => ToldDrop,
): Item | undefined {
  const [first] = ranked(items, dropOf, soonestMs);
  return first && worthShowing.has(first.status) ? first.item : undefined;
}

function ranked<Item>(items: readonly Item[], dropOf: (item: Item) => ToldDrop, soonMs = 0) {
  const now = serverClock.now();
  return items
    .map((item) => {
      const drop = dropOf(item);
      const { status } = dropStatusAt(drop, now);
      const [opensAt, closesAt] = [Date.parse(drop.opensAt), Date.parse(drop.closesAt)];
      const isSoon = status === 'scheduled' && opensAt - now <= soonMs;
      // Drops to come are sorted by their opening, the next first; drops that are over by their closing, the
      // latest first.
      const at = status === 'closed' || status === 'cancelled' ? -closesAt : opensAt;
      return { item, status, rank: isSoon ? -1 : order[status], at };
    })
    .toSorted((a, b) => a.rank - b.rank || a.at - b.at);
}
